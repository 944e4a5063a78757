using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using HpcVirt.Control.Protocol;
using HpcVirt.Mpi.Resilience.Channel;

namespace HpcVirt.Control.Supervision;

/// <summary>Answers operators: what the job is doing, and what they want done with it. Runs on the threads of their connections.</summary>
internal sealed class OperatorDesk(SupervisorOptions options, Func<SupervisorState> state, Func<IReadOnlyList<RankRecord>> ranks, Action<SupervisorEvent> post, TimeProvider time)
{
    public const string Status = "status";
    public const string CheckpointNow = "checkpoint-now";
    public const string Drain = "drain";
    public const string Undrain = "undrain";

    /// <summary>Lines of one answer on the wire; more hosts are summed up.</summary>
    private const int HostLinesMax = 24;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    public Answer Answer(Ask ask) => ask.Verb switch
    {
        Status => new Answer(true, [.. StatusLines()]),
        CheckpointNow => SaveNow(),
        Drain => Empty(ask.Argument),
        Undrain => GiveBack(ask.Argument),
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
        foreach (PooledHost host in now.Hosts.Hosts.Take(HostLinesMax))
        {
            int[] here = [.. known.Where(r => r.IsConnected && r.Peer.Host == host.Name).Select(static r => r.Peer.Rank)];
            string use = here.Length > 0 ? $"ranks {string.Join(", ", here)}" : "no rank";
            yield return $"host {host.Name}: {host.Condition.ToString().ToLowerInvariant()}, {host.Slots} slots, {use}";
        }

        if (now.Hosts.Hosts.Length > HostLinesMax) yield return $"and {now.Hosts.Hosts.Length - HostLinesMax} more hosts";
    }

    private static string Word(SupervisorState state) => state switch
    {
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

    private static string? Unknown(SupervisorState now, string host) => now.Hosts.Hosts.IsEmpty
        ? "this job was started without --hosts: its launcher decides where ranks go"
        : now.Hosts.Has(host) ? null : $"the job has no host '{host}'; it has {string.Join(", ", now.Hosts.Hosts.Select(static h => h.Name))}";
}
