using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using HpcVirt.Control.Operators;
using HpcVirt.Control.Protocol;
using HpcVirt.Mpi.Resilience.Channel;

namespace HpcVirt.Control.Supervision;

/// <summary>Answers operators: what the job is doing, and what they want done with it. Runs on the threads of their connections.</summary>
internal sealed partial class OperatorDesk(SupervisorOptions options, Func<SupervisorState> state, Func<IReadOnlyList<RankRecord>> ranks, Action<SupervisorEvent> post, TimeProvider time)
{
    public const string Status = "status";
    public const string CheckpointNow = "checkpoint-now";
    public const string Drain = "drain";
    public const string Undrain = "undrain";
    public const string Move = "move";
    public const string Ranks = "ranks";
    public const string Hold = "hold";
    public const string Release = "release";

    /// <summary>Lines of one answer on the wire; more hosts are summed up.</summary>
    private const int HostLinesMax = 24;

    /// <summary>How long a process may take to run the program's beginning for a rank that moves.</summary>
    private static readonly TimeSpan PreparationMax = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    public Answer Answer(Ask ask) => ask.Verb switch
    {
        Status => new Answer(true, [.. StatusLines()]),
        CheckpointNow => SaveNow(),
        Drain => Empty(ask.Argument),
        Undrain => GiveBack(ask.Argument),
        Move => MoveRank(ask.Argument),
        Ranks => new Answer(true, [.. JobRanks.Encode(Describe())]),
        Hold => HoldJob(ask.Argument),
        Release => ReleaseJob(),
        _ => No($"'{ask.Verb}' is not known here; this is an older hpcvirt than yours"),
    };

    private static Answer No(string why) => new(false, [why]);

    private IEnumerable<string> StatusLines()
    {
        SupervisorState now = state();
        IReadOnlyList<RankRecord> known = ranks();
        string step = known.Where(static r => r.Step is not null).Select(static r => r.Step!.Value).DefaultIfEmpty(-1).Max() is var newest and >= 0 ? $"step {newest}" : "no step yet";
        string committed = now.CommittedStep is { } at ? $"newest checkpoint at step {at}" : "no checkpoint yet";
        yield return $"job {options.JobId}: {Word(now)}, attempt {now.Attempt} of at most {options.RestartsMax + 1 + now.Relocations}, {step}, {committed}";
        yield return $"ranks: {known.Count(static r => r.IsConnected)} of {now.Where?.Ranks ?? options.Plan.Ranks} connected";
        if (now.IsStandby) yield return $"standbys: {now.Waiting.Count} waiting{(now.Waiting.Count > 0 && !now.Hosts.Hosts.IsEmpty ? " on " + string.Join(", ", now.Waiting.Values.Distinct()) : "")}";
        foreach (PooledHost host in now.Hosts.Hosts.Take(HostLinesMax))
        {
            int[] here = [.. known.Where(r => r.IsConnected && r.Peer.Host == host.Name).Select(static r => r.Peer.Rank)];
            string use = here.Length > 0 ? $"ranks {string.Join(", ", here)}" : "no rank";
            yield return $"host {host.Name}: {host.Condition.ToString().ToLowerInvariant()}, {host.Slots} slots, {use}";
        }

        if (now.Hosts.Hosts.Length > HostLinesMax) yield return $"and {now.Hosts.Hosts.Length - HostLinesMax} more hosts";
    }

    private JobRanks Describe()
    {
        SupervisorState now = state();
        return new JobRanks(
            now.Hold is { IsOver: false, IsReleased: false },
            [.. now.Hosts.Hosts.Select(static host => (host.Name, host.Condition is HostCondition.Regular or HostCondition.Spare ? host.Slots : 0))],
            [.. ranks().Where(static r => r.IsConnected).Select(static r => new PlacedRank(r.Peer.Rank, r.Peer.Host, r.CheckpointBytes))]);
    }

    private static string Word(SupervisorState state) => state switch
    {
        { Hold.IsOver: false } => "held",
        { IsRelocating: true } => "saving to go on elsewhere",
        { Phase: SupervisorPhase.Running } => "running",
        { Phase: SupervisorPhase.Stopping } => "saving to stop",
        { Phase: SupervisorPhase.BackingOff } => "waiting for the next attempt",
        { Phase: SupervisorPhase.Ending } => "ending an attempt",
        _ => "starting or ending",
    };

    private Answer SaveNow()
    {
        SupervisorState before = state();
        if (before.Phase != SupervisorPhase.Running || !before.RankSeen) return No($"the job is {Word(before)} and no rank could save now; ask again in a moment");
        post(new CheckpointAsked());
        long askedAt = time.GetTimestamp();
        using var pause = new ManualResetEventSlim();
        while (time.GetElapsedTime(askedAt) < options.StopTimeout)
        {
            SupervisorState now = state();
            if (now.CommittedStep is { } step && step > (before.CommittedStep ?? -1)) return new Answer(true, [$"committed at step {step}, {time.GetElapsedTime(askedAt).TotalSeconds:0.0} s after the request"]);
            if (now.Attempt != before.Attempt) return No("the attempt ended before it could save; it goes on from the checkpoint before");
            pause.Wait(PollInterval);
        }

        return No($"nothing was committed within {options.StopTimeout.TotalSeconds:0} s; the job's own output says why");
    }

    private Answer Empty(string host)
    {
        SupervisorState now = state();
        if (Unknown(now, host) is { } unknown) return No(unknown);
        HostPool after = now.Hosts.With(host, HostCondition.Drained);
        if (after.Place(now.Ranks, now.RanksMin) is null)
            return No($"without {host} there is no room for {now.RanksMin} ranks; give the job spares, or hosts back with `hpcvirt undrain HOST`");
        bool isUsed = now.Where?.Uses(host) == true;
        post(new DrainAsked(host));
        return new Answer(true, [isUsed ? $"{host} is being emptied: the job saves a checkpoint and goes on elsewhere; `hpcvirt status` shows when" : $"{host} had no rank, and will get none"]);
    }

    private Answer GiveBack(string host)
    {
        if (Unknown(state(), host) is { } unknown) return No(unknown);
        post(new HostReturned(host));
        return new Answer(true, [$"{host} may take ranks again, from the next attempt on"]);
    }

    private Answer MoveRank(string argument)
    {
        string[] words = argument.Split(' ', 2);
        SupervisorState before = state();
        if (words.Length != 2 || !int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out int rank)) return No($"'{argument}' is not a rank and a host");
        string host = words[1];
        if (WhyNot(before, rank, host) is { } why) return No(why);
        string from = ranks().Single(r => r.Peer.Rank == rank).Peer.Host;
        post(new MoveAsked(rank, from, host));
        long askedAt = time.GetTimestamp();
        using var pause = new ManualResetEventSlim();

        long countedFrom = askedAt;
        while (time.GetElapsedTime(countedFrom) < options.StopTimeout + options.RepairTimeout || state().Awaited is not null)
        {
            SupervisorState now = state();
            // A program's beginning may take long, and holds nobody up. Once the move is under way, the supervisor's own deadline ends it.
            if (IsPreparing(now) && time.GetElapsedTime(askedAt) < PreparationMax) countedFrom = time.GetTimestamp();
            if (now.Attempt != before.Attempt || now.Phase != SupervisorPhase.Running) return No("the attempt ended meanwhile; the job goes on from its newest checkpoint");
            if (now is { Moving: null, Awaited: null } && now.Repairs > before.Repairs && ranks().Any(r => r.IsConnected && r.Peer.Rank == rank && r.Peer.Host == host))
            {
                string how = now.WhyByCheckpoint.Length > 0 ? $", by a checkpoint from which all ranks began anew ({now.WhyByCheckpoint})" : "";
                return new Answer(true, [$"rank {rank} is on {host} now, {time.GetElapsedTime(askedAt).TotalSeconds:0.0} s after the request{how}"]);
            }

            pause.Wait(PollInterval);
        }

        // Or a checkpoint that comes much later would move a rank that nobody expects to move any more.
        post(new MoveGivenUp());
        return No($"rank {rank} did not move within {(options.StopTimeout + options.RepairTimeout).TotalSeconds:0} s; the job's own output says why, and `hpcvirt status` what it does");
    }

    private static bool IsPreparing(SupervisorState now) => now is { MovingHold: not null, IsMovePrepared: null };

    private string? WhyNot(SupervisorState now, int rank, string host)
    {
        if (!now.RepairsInJob) return "ranks of this job cannot move by themselves: start it with --strategy standby or spawn (Open MPI 4), or empty a whole host with `hpcvirt drain HOST`";
        if (options.UsesUlfm) return "under --strategy ulfm ranks cannot move: Open MPI 5 does not connect processes that it starts on a host without ranks of the job. Empty a whole host with `hpcvirt drain HOST`";
        if (Unknown(now, host) is { } unknown) return unknown;
        if (now.Phase != SupervisorPhase.Running || now.Awaited is not null || now.Moving is not null) return $"the job is {(now.Phase == SupervisorPhase.Running ? "replacing a rank" : Word(now))}; ask again in a moment";
        if (ranks().SingleOrDefault(r => r.IsConnected && r.Peer.Rank == rank) is not { } record) return $"there is no rank {rank} to move; `hpcvirt status` shows where the ranks are";
        if (!SupervisorProtocol.CanReplace(now)) return "no rank of this job can be replaced now: there is only one, or one has failed or finished already";
        if (record.Peer.Host == host) return $"rank {rank} is on {host} already";
        if (!now.Hosts.IsUsable(host)) return $"{host} takes no ranks: it is drained or lost; give it back with `hpcvirt undrain {host}`";
        if (now.IsStandby) return now.Waiting.ContainsValue(host) ? null : $"no process waits on {host} for a rank's place";
        if (!now.Named.Contains(host))
            return $"the launcher was not told of {host} when this attempt began, and can start nothing there: start the job with --warm-spares (it counts for the first attempt), or use `hpcvirt drain`";
        int slots = now.Hosts.Hosts.Single(h => h.Name == host).Slots, taken = ranks().Count(r => r.IsConnected && r.Peer.Host == host);
        return taken < slots ? null : $"{host} has {slots} slots, and all are taken";
    }

    private static string? Unknown(SupervisorState now, string host) => now.Hosts.Hosts.IsEmpty
        ? "this job was started without --hosts: its launcher decides where ranks go"
        : now.Hosts.Has(host) ? null : $"the job has no host '{host}'; it has {string.Join(", ", now.Hosts.Hosts.Select(static h => h.Name))}";
}
