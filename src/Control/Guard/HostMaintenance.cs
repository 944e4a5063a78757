using System;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Control.Guard.Configuration;
using HpcVirt.Control.Guard.Protocol;
using HpcVirt.Hypervisor;

namespace HpcVirt.Control.Guard;

/// <summary>What an administrator does with hosts: empties one, spreads guests over all. By the same rules and the same move as the guard.</summary>
/// <param name="backend">The hypervisor.</param>
/// <param name="guestFile">The file of guests, beside which hosts are marked as drained.</param>
/// <param name="config">A guard's configuration, for its rules, its way of moving, and the risks it knows; null: room and processors only.</param>
/// <param name="say">Is told what is done, line by line.</param>
/// <param name="time">The clock.</param>
public sealed class HostMaintenance(IHypervisorBackend backend, string guestFile, GuardConfig? config, Action<string> say, TimeProvider time)
{
    /// <summary>Risks that the guard has written down longer ago are not known any more.</summary>
    private static readonly TimeSpan RisksFreshFor = TimeSpan.FromMinutes(10);

    private readonly PolicyOptions _policy = config?.Policy ?? new PolicyOptions();

    /// <summary>Marks a host as drained, and moves its guests away.</summary>
    /// <param name="host">The host.</param>
    /// <param name="reason">Why, for people.</param>
    /// <param name="isDryRun">Print the plan, and change nothing.</param>
    /// <param name="stop">Gives it up; the mark stays.</param>
    /// <returns>Whether the host is empty now, or would be.</returns>
    /// <exception cref="HypervisorException">There is no such host, or the hypervisor does not answer.</exception>
    public async Task<bool> DrainAsync(string host, string reason, bool isDryRun, CancellationToken stop)
    {
        FleetView fleet = await LookAsync(stop);
        if (fleet.Host(host) is null) throw new HypervisorException($"there is no host '{host}'; there are {string.Join(", ", fleet.Hosts.Select(static one => one.Name))}.");
        // First the mark: what comes after it is not undone by a guard that moves at the same time.
        if (!isDryRun) say(DrainMarks.Add(DrainMarks.FileOf(guestFile), host, reason, time.GetUtcNow()) ? $"host {host} is marked as drained; `hpcvirt vm undrain {host}` takes the mark away" : $"host {host} was marked as drained already");
        (ImmutableArray<PlannedMove> moves, ImmutableArray<(string Guest, string Why)> stay) = MovePlan.Drain(host, fleet, _policy, Health());
        bool isWell = await MoveAsync(moves, isDryRun, stop);
        foreach ((string guest, string why) in stay) say($"{guest} stays on {host}: {why}");
        if (moves.IsEmpty && stay.IsEmpty) say($"no guest is on {host}");
        return isWell && stay.IsEmpty;
    }

    /// <summary>Takes a host's mark away.</summary>
    /// <param name="host">The host.</param>
    public void Undrain(string host) => say(DrainMarks.Remove(DrainMarks.FileOf(guestFile), host) ? $"host {host} may take guests again" : $"host {host} was not drained");

    /// <summary>Spreads guests over hosts.</summary>
    /// <param name="movesMax">Most moves.</param>
    /// <param name="isDryRun">Print the plan, and change nothing.</param>
    /// <param name="stop">Gives it up.</param>
    /// <returns>Whether all moves of the plan were made, or would be.</returns>
    /// <exception cref="HypervisorException">The hypervisor does not answer.</exception>
    public async Task<bool> RebalanceAsync(int movesMax, bool isDryRun, CancellationToken stop)
    {
        ImmutableArray<PlannedMove> moves = MovePlan.Rebalance(await LookAsync(stop), _policy, Health(), movesMax);
        if (moves.IsEmpty) say("guests are spread as evenly as they may be; nothing is to be moved");
        return await MoveAsync(moves, isDryRun, stop);
    }

    private async Task<bool> MoveAsync(ImmutableArray<PlannedMove> moves, bool isDryRun, CancellationToken stop)
    {
        var mover = new GuestMover(backend, config?.Move ?? new MigrationOptions { TargetHost = "?" }, config?.Silence, config?.Release, time);
        bool isWell = true;
        foreach (PlannedMove move in moves)
        {
            if (isDryRun)
            {
                say($"would move {move.Guest} from {move.From} to {move.To}: {move.Why}");
                continue;
            }

            stop.ThrowIfCancellationRequested();
            MoveResult result = await mover.MoveAsync(move.Guest, move.To, stop);
            bool isThere = result.Ending is MoveEnding.Arrived;
            isWell &= isThere;
            string remark = result.Remark.Length > 0 ? $": {result.Remark}" : "";
            say(isThere ? $"{move.Guest} moved from {move.From} to {move.To} in {Words.Span(result.Took)}, stood still {Words.Span(result.Downtime)}{remark}" : $"{move.Guest} was not moved from {move.From} to {move.To}{remark}");
        }

        return isWell;
    }

    private Task<FleetView> LookAsync(CancellationToken stop) => FleetLook.AskAsync(backend, config?.NodeOf.Keys ?? [], DrainMarks.FileOf(guestFile), time, stop);

    /// <summary>What the guard knows; nothing without one, or when it is old.</summary>
    private ImmutableSortedDictionary<string, HostHealth> Health()
    {
        ImmutableSortedDictionary<string, HostHealth> none = ImmutableSortedDictionary<string, HostHealth>.Empty;
        if (config is null) return none;
        string file = Path.Combine(config.StateDirectory, "risks.json");
        try
        {
            if (!File.Exists(file) || time.GetUtcNow() - File.GetLastWriteTimeUtc(file) > RisksFreshFor)
            {
                say($"no risks are known: the guard has not written {file} within {Words.Span(RisksFreshFor)}");
                return none;
            }

            return JsonNode.Parse(File.ReadAllBytes(file))!.AsObject().ToImmutableSortedDictionary(
                static one => one.Key, static one => new HostHealth(one.Value!["risk"]?.GetValue<double>(), one.Value["isFiring"]!.GetValue<bool>()));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Text.Json.JsonException or InvalidOperationException or NullReferenceException)
        {
            say($"no risks are known: {file} cannot be read ({e.Message.TrimEnd('.')})");
            return none;
        }
    }
}
