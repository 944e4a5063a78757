using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Control.Supervision;
using HpcVirt.Hypervisor;

namespace HpcVirt.Control.Operators;

/// <summary>
/// No hypervisor: what moves is a rank of a job under <c>hpcvirt run --strategy standby</c> or <c>spawn</c>, through a checkpoint, to another of the job's hosts. Guests are
/// called rank-0, rank-1, ... So the guard and the verbs for virtual machines work where there are none.
/// </summary>
/// <remarks>
/// A move that was asked for is not called back: given up, it may still happen, and where the rank is then is asked. To pause a rank is to hold its whole job, as pausing a guest would. A job that is held goes on for the length of a move, which happens at a safe point. The file of
/// guests, where one is named, holds <c>{ "job": "ID" }</c>; without one it is the only job on this host.
/// </remarks>
public sealed class ProcessBackend : IHypervisorBackend
{
    /// <summary>The backend's name for <c>--backend</c>.</summary>
    public const string BackendName = "process";

    private const string Prefix = "rank-";

    private static readonly TimeSpan AskDeadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan HoldDeadline = TimeSpan.FromHours(1);

    private readonly Func<string> _directory;
    private readonly TimeProvider _time;

    /// <summary>A backend for one job.</summary>
    /// <param name="directory">Finds the job's private directory; asked anew for each verb.</param>
    /// <param name="time">The clock.</param>
    public ProcessBackend(Func<string> directory, TimeProvider time)
    {
        _directory = directory;
        _time = time;
    }

    /// <inheritdoc/>
    public string Name => BackendName;

    /// <inheritdoc/>
    public BackendCapabilities Capabilities { get; } = new() { LiveMigration = true };

    /// <summary>A backend for the job that a file names, or for the only one.</summary>
    /// <param name="settings">Which file, and the clock.</param>
    /// <exception cref="HypervisorException">The file names none.</exception>
    public static ProcessBackend Create(BackendSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        string? job = settings.GuestFile is { } file ? JobOf(file) : null;
        return new ProcessBackend(() => RunningJobs.Find(job, Environment.GetEnvironmentVariable), settings.Time);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Guest>> GuestsAsync(CancellationToken cancel = default)
    {
        JobRanks job = await RanksAsync(cancel);
        return [.. job.Ranks.Select(rank => new Guest(string.Create(CultureInfo.InvariantCulture, $"{Prefix}{rank.Rank}"), rank.Host, job.IsHeld ? GuestCondition.Paused : GuestCondition.Running, rank.CheckpointBytes))];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<HypervisorHost>> HostsAsync(CancellationToken cancel = default) =>
        [.. (await RanksAsync(cancel)).Hosts.Select(static host => new HypervisorHost(host.Name) { GuestsMax = host.Slots })];

    /// <inheritdoc/>
    public async Task PauseAsync(string guest, CancellationToken cancel = default)
    {
        if (!(await RankAsync(guest, cancel)).Job.IsHeld) await HoldAsync(cancel);
    }

    /// <inheritdoc/>
    public async Task ResumeAsync(string guest, CancellationToken cancel = default)
    {
        if ((await RankAsync(guest, cancel)).Job.IsHeld) await DoAsync(OperatorDesk.Release, "", AskDeadline, cancel);
    }

    /// <inheritdoc/>
    public async Task<MigrationResult> MigrateAsync(string guest, MigrationOptions options, IProgress<MigrationProgress>? progress = null, CancellationToken cancel = default)
    {
        options.Validate();
        if (options.Links is LinkTreatment.Drop) throw new HypervisorException("the backend process has no devices to unplug. Keep the links.");
        (JobRanks job, PlacedRank rank) = await RankAsync(guest, cancel);
        if (options.BeforeSwitchOver is not null) throw new HypervisorException($"{guest} is a rank, and its job falls silent by itself. Leave the silencing out.");
        if (options.Mode is MigrationMode.Postcopy || options.MultifdChannels > 0) throw new HypervisorException($"{guest} is a rank, and moves through a checkpoint: there is no postcopy, and no multifd. Leave them out.");
        if (rank.Host == options.TargetHost) throw new HypervisorException($"{guest} is on host {rank.Host} already.");
        if (job.Hosts.All(host => host.Name != options.TargetHost)) throw new HypervisorException($"the job has no host '{options.TargetHost}'; it has {string.Join(", ", job.Hosts.Select(static host => host.Name))}.");
        long start = _time.GetTimestamp();
        if (job.IsHeld) await DoAsync(OperatorDesk.Release, "", AskDeadline, cancel);
        progress?.Report(new MigrationProgress(MigrationPhase.Copying, rank.CheckpointBytes, 0, rank.CheckpointBytes, 0, 0));
        try
        {
            await DoAsync(OperatorDesk.Move, string.Create(CultureInfo.InvariantCulture, $"{rank.Rank} {options.TargetHost}"), options.Deadline, cancel);
        }
        catch (HypervisorException e)
        {
            throw new MigrationFailedException(guest, await WhereAsync(rank), e.Message.TrimEnd('.') + ".", e);
        }

        TimeSpan took = _time.GetElapsedTime(start);
        if (job.IsHeld) await HoldAsync(cancel);
        PlacedRank there = (await RankAsync(guest, CancellationToken.None)).Rank;
        progress?.Report(new MigrationProgress(MigrationPhase.Done, there.CheckpointBytes, there.CheckpointBytes, 0, 1, 0));
        return new MigrationResult
        {
            Guest = guest,
            From = rank.Host,
            To = options.TargetHost,
            Took = took,
            Downtime = TimeSpan.Zero,
            SentBytes = Math.Max(rank.CheckpointBytes, there.CheckpointBytes),
            Remark = "its state went through a checkpoint; for how long the job stood still, its event log tells",
        };
    }

    /// <inheritdoc/>
    public async Task<SavedState> SaveAsync(string guest, SaveOptions options, CancellationToken cancel = default) => throw await CannotAsync(guest, "saved alone: ask for a checkpoint of the job (hpcvirt checkpoint-now)", cancel);

    /// <inheritdoc/>
    public async Task RestoreAsync(string guest, RestoreOptions options, CancellationToken cancel = default) => throw await CannotAsync(guest, "restored alone: the job restarts from its checkpoint", cancel);

    /// <inheritdoc/>
    public async Task SetLinkAsync(string guest, bool isUp, CancellationToken cancel = default) => throw await CannotAsync(guest, "cut off: it has no link of its own", cancel);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string? JobOf(string file)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            if (document.RootElement.ValueKind is JsonValueKind.Object && document.RootElement.TryGetProperty("job", out JsonElement job) && job.ValueKind is JsonValueKind.String) return job.GetString();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new HypervisorException($"{file} cannot be read ({e.Message.TrimEnd('.')}). For --backend process it holds {{ \"job\": \"ID\" }}.", e);
        }

        throw new HypervisorException($"{file} names no job. For --backend process it holds {{ \"job\": \"ID\" }}.");
    }

    private async Task<HypervisorException> CannotAsync(string guest, string what, CancellationToken cancel)
    {
        _ = await RankAsync(guest, cancel);
        return new HypervisorException($"{guest} is a rank and cannot be {what}.");
    }

    private async Task<string?> WhereAsync(PlacedRank rank)
    {
        try
        {
            return (await RanksAsync(CancellationToken.None)).Ranks.FirstOrDefault(one => one.Rank == rank.Rank)?.Host ?? rank.Host;
        }
        catch (HypervisorException)
        {
            return null;
        }
    }

    private Task<IReadOnlyList<string>> HoldAsync(CancellationToken cancel) => DoAsync(OperatorDesk.Hold, ((long)HoldDeadline.TotalMilliseconds).ToString(CultureInfo.InvariantCulture), AskDeadline, cancel);

    private async Task<(JobRanks Job, PlacedRank Rank)> RankAsync(string guest, CancellationToken cancel)
    {
        JobRanks job = await RanksAsync(cancel);
        PlacedRank? rank = guest.StartsWith(Prefix, StringComparison.Ordinal) ? job.Ranks.FirstOrDefault(one => guest == string.Create(CultureInfo.InvariantCulture, $"{Prefix}{one.Rank}")) : null;
        return rank is not null ? (job, rank) : throw new HypervisorException($"the job has no rank called '{guest}' that answers; ranks are called {Prefix}0, {Prefix}1, and so on.");
    }

    private async Task<JobRanks> RanksAsync(CancellationToken cancel)
    {
        try
        {
            return JobRanks.Parse(await DoAsync(OperatorDesk.Ranks, "", AskDeadline, cancel));
        }
        catch (FormatException e)
        {
            throw new HypervisorException($"{e.Message}, which this hpcvirt does not understand: one is older than the other.", e);
        }
    }

    /// <summary>The call blocks, and gives up by itself at its deadline.</summary>
    private async Task<IReadOnlyList<string>> DoAsync(string verb, string argument, TimeSpan deadline, CancellationToken cancel)
    {
        try
        {
            (bool isDone, IReadOnlyList<string> lines) = await Task.Run(() => OperatorCall.Ask(_directory(), verb, argument, deadline), cancel).WaitAsync(cancel);
            return isDone ? lines : throw new HypervisorException(string.Join(' ', lines) + ".");
        }
        catch (ControlException e)
        {
            throw new HypervisorException(e.Message, e);
        }
    }
}
