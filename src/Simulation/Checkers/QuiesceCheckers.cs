using HpcVirt.Mpi.Resilience.Quiesce.Protocol;
using HpcVirt.Simulation.Ranks;
using HpcVirt.Simulation.Runs;

namespace HpcVirt.Simulation.Checkers;

/// <summary>
/// Agreement and progress: all ranks act in the same attempt at the same safe point or none does, all learn the same verdict, nobody votes for a silence
/// that is not there, and every attempt ends in time.
/// </summary>
internal sealed class QuiesceCheckers(JobSetup setup, SilenceChecker silence, MatchingChecker? matching, Findings findings)
{
    private readonly CutKeeper? _cuts = setup.IsRecorded ? new CutKeeper(setup.Program.Ranks) : null;
    private readonly int _ranks = setup.Program.Ranks;

    // Collectives and large messages take their time behind the last deadline; what takes longer than this hangs.
    private readonly long _slackNs = 50_000_000 + (4_000 * setup.Network.LatencyNs);

    public AttemptLog Attempts { get; } = new();

    public Cut? Committed => _cuts?.Committed;

    public int FinishedRanks { get; private set; }

    public void Acts(int rank, Machine machine)
    {
        ref RankState state = ref machine.Ranks[rank];
        int attempt = (int)state.Quiesce.Attempt;
        AttemptRecord record = Attempts.Of(attempt, machine.NowNs);
        silence.Acts(rank, machine);
        if (setup.Objections.Contains((rank, attempt)))
            findings.Add($"agreement: rank {rank} acts in attempt {attempt}, to which it has objected");
        if (record.FirstActNs < 0)
            record.FirstActNs = machine.NowNs;
        record.LastActNs = machine.NowNs;
        record.Acted++;
        if (!setup.Program.IsNumbered)
            return;
        if (record.Point >= 0 && record.Point != state.Agreement.Point)
            findings.Add($"agreement: rank {rank} acts in attempt {attempt} at safe point {state.Agreement.Point}, others at {record.Point}");
        record.Point = state.Agreement.Point;
    }

    public void HasActed(int rank, Machine machine)
    {
        if (_cuts?.Saved(rank, machine) is { } cut && matching is not null)
            CompareCut(cut, matching);
        silence.HasActed();
    }

    public void Judged(int rank, int attempt, in QuiesceVerdict verdict)
    {
        AttemptRecord record = Attempts.Of(attempt, 0);
        if (record.Noes >= 0 && record.IsSilent != verdict.IsSilent)
            findings.Add($"agreement: rank {rank} learns another verdict in attempt {attempt} than others");
        record.Noes = verdict.Noes;
        record.IsSilent = verdict.IsSilent;
        record.CapturedMessages = verdict.CapturedMessages;
        if (verdict.Noes == 0 && (verdict.PairsDiffer || verdict.CollectivesDiffer))
            findings.Add($"vote: all voted for silence in attempt {attempt}, and {(verdict.PairsDiffer ? "pairs" : "collectives")} differ");
    }

    public void Ended(int rank, int attempt, bool wasSilent, long nowNs, long deadlineAtNs)
    {
        AttemptRecord record = Attempts.Of(attempt, nowNs);
        record.Ended++;
        record.ReleasedNs = nowNs;
        if (wasSilent && record.Acted < _ranks)
            findings.Add($"agreement: rank {rank} goes on after silence {attempt} while {record.Acted} of {_ranks} ranks have acted");
        if (!wasSilent && record.Acted > 0)
            findings.Add($"agreement: rank {rank} gives up attempt {attempt} in which others have acted");
        if (!wasSilent && setup.IsCalm)
            findings.Add($"progress: attempt {attempt} ends without silence on rank {rank}, though nobody was late or objected");
        CheckInTime(rank, record, nowNs, deadlineAtNs);
    }

    public void Finished(int rank, Machine machine)
    {
        FinishedRanks++;
        if (machine.Ranks[rank].Program.Result != (setup.Program.ExpectedResult(rank) ?? machine.Ranks[rank].Program.Result))
            findings.Add($"result: rank {rank} ends with a wrong result");
    }

    /// <summary>A rank must not be held while a peer that has not come may be waiting for its next step.</summary>
    public void CheckHeld(int rank, in RankState state, long nowNs, long patienceNs)
    {
        if (state.Quiesce is { Phase: QuiescePhase.Gathering, MayStep: true, HasGathered: false } && nowNs > state.ArrivedAtNs + patienceNs)
            findings.Add($"progress: rank {rank} was held until the deadline of attempt {state.Quiesce.Attempt} although peers had not come and may have waited for it");
    }

    private void CheckInTime(int rank, AttemptRecord record, long nowNs, long deadlineAtNs)
    {
        if (setup.DeadlineNs == long.MaxValue)
            return;
        long latest = System.Math.Max(deadlineAtNs, record.LastArrivalNs + setup.DeadlineNs) + _slackNs + setup.ActionNs;

        // A rank that has withdrawn looks at the end when its program comes to a safe point, which may be at any time.
        if (record.IsSilent && nowNs > latest)
            findings.Add($"progress: attempt {record.Attempt} ends on rank {rank} {(nowNs - latest) / 1_000_000} ms after the latest moment that the deadlines allow");
    }

    /// <summary>The cut must hold exactly the messages that were sent and that no program has received.</summary>
    private void CompareCut(Cut cut, MatchingChecker checker)
    {
        System.Collections.Generic.HashSet<long> undelivered = checker.Undelivered();
        foreach (RankCut part in cut.Ranks)
        {
            foreach (Network.Message message in part.Captured)
            {
                // A receive that has completed and was not waited for has had its message matched, and its cut posts it anew.
                if (!undelivered.Remove(message.Sequence) && !checker.IsDelivered(message.Sequence))
                    findings.Add($"cut: holds message {message.Sequence} twice, or one that was never sent");
            }
        }

        if (undelivered.Count > 0)
            findings.Add($"cut: {undelivered.Count} message(s) that were sent and not received are not in it");
    }
}
