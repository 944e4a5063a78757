using System;
using HpcVirt.Mpi.Resilience.Quiesce.Protocol;
using HpcVirt.Simulation.Checkers;
using HpcVirt.Simulation.Events;
using HpcVirt.Simulation.Ranks;

namespace HpcVirt.Simulation.Runs;

/// <summary>
/// What the driver does in a rank, over the simulated network: feeds the production transition function with what happens, and performs its effects.
/// </summary>
internal sealed partial class QuiesceDriver(Machine machine, JobSetup setup, Ledger ledger, MessagePassing messages, Collectives collectives, QuiesceCheckers checkers) : ISafePoints
{
    // Patience is doubled with every step of an attempt, so many times.
    private const int PatienceDoublingsMax = 6;

    private readonly bool _isNumbered = setup.Program.IsNumbered;

    public bool Reach(int rank)
    {
        Attend(rank);
        return _isNumbered ? ReachNumbered(rank) : ReachUnnumbered(rank);
    }

    /// <summary>A rank notices that one of the library's own collectives is complete.</summary>
    public void CollectiveCompleted(int rank, CollectiveUse use, int sums)
    {
        ref RankState state = ref machine.Ranks[rank];
        switch (use)
        {
            case CollectiveUse.Gather:
                state.GatherNoticed = true;
                break;
            case CollectiveUse.Proof:
                state.ProofNoticed = true;
                state.ProofSums = sums;
                break;
            case CollectiveUse.Exchange:
                state.ExchangeSums = sums;
                Exchanged(rank);
                return;
            case CollectiveUse.Release:
                Feed(rank, QuiesceEvent.AllReleased());
                return;
            default:
                state.FinishNoticed = true;
                Finish(rank);
                return;
        }

        // A rank whose program runs looks at what is outstanding at its next safe point.
        if (IsAttentive(state))
            Attend(rank);
    }

    /// <summary>A message of the program was received and counted.</summary>
    public void MessageCounted(int rank, int pair)
    {
        ref RankState state = ref machine.Ranks[rank];
        if (state.Quiesce.IsParked && IsAnnounced(machine.Pairs[pair], state.Quiesce.Attempt))
            Feed(rank, QuiesceEvent.MessageCame());
    }

    public void RequestCompleted(int rank, int request)
    {
        ref Request completed = ref machine.Requests[request];
        if (!completed.IsCounted)
            return;
        completed.IsCounted = false;
        if (machine.Ranks[rank].Quiesce.IsParked)
            Feed(rank, QuiesceEvent.RequestCompleted());
    }

    public void PatienceEnds(int rank, int arrival)
    {
        ref RankState state = ref machine.Ranks[rank];
        if (state.Activity == RankActivity.Parked && state.Arrivals == arrival)
            Feed(rank, QuiesceEvent.PatienceEnded());
    }

    public void DeadlinePasses(int rank, int attempt)
    {
        ref RankState state = ref machine.Ranks[rank];
        if (state.Quiesce.Attempt != attempt || state.Quiesce.Phase == QuiescePhase.Running)
            return;
        checkers.CheckHeld(rank, state, machine.NowNs, PatienceNs(state));
        Feed(rank, QuiesceEvent.DeadlinePassed());
    }

    public void ActionDone(int rank)
    {
        checkers.HasActed(rank, machine);
        Feed(rank, QuiesceEvent.ActionDone());
    }

    /// <summary>The rank comes to the safe point of the attempt, or back from a step.</summary>
    private void Arrive(int rank)
    {
        ref RankState state = ref machine.Ranks[rank];
        int attempt = (int)state.Quiesce.Attempt;
        state.Activity = RankActivity.Parked;
        state.Arrivals++;
        state.ArrivedAtNs = machine.NowNs;
        state.TakesIn = setup.Captures;
        if (state.TakesIn)
            messages.CaptureAll(rank);
        TakeBookmarks(rank, attempt);
        if (state.DeadlineAttempt != attempt)
        {
            state.DeadlineAttempt = attempt;
            state.Steps = 0;
            state.DeadlineAtNs = setup.DeadlineNs == long.MaxValue ? long.MaxValue : machine.NowNs + setup.DeadlineNs;
            if (setup.DeadlineNs != long.MaxValue)
                machine.At(state.DeadlineAtNs, EventKind.DeadlinePasses, rank, stamp: attempt);
        }

        checkers.Attempts.Arrived(attempt, machine.NowNs);
        bool mayStep = !_isNumbered && !state.IsAtEnd;
        if (mayStep)
            machine.At(machine.NowNs + PatienceNs(state), EventKind.PatienceEnds, rank, stamp: state.Arrivals);
        if (setup.Objections.Contains((rank, attempt)))
        {
            Feed(rank, QuiesceEvent.Objected());
            return;
        }

        Feed(rank, QuiesceEvent.Arrived(UntakenAfterTelling(rank), Owed(rank), CountOpenRequests(rank), mayStep));
        if (machine.NowNs >= state.DeadlineAtNs)
            Feed(rank, QuiesceEvent.DeadlinePassed());
    }

    private void Feed(int rank, in QuiesceEvent happened)
    {
        ref RankState state = ref machine.Ranks[rank];
        QuiesceState before = state.Quiesce;
        QuiesceEffects effects;
        try
        {
            (state.Quiesce, effects) = setup.Transition(before, happened);
        }
        catch (InvalidOperationException impossible)
        {
            machine.Findings.Add($"protocol: rank {rank}: {impossible.Message}");
            return;
        }

        Perform(rank, effects);
        if (state.Quiesce.Attempt != before.Attempt)
            Ended(rank, before);
    }

    private void Perform(int rank, QuiesceEffects effects)
    {
        int attempt = (int)machine.Ranks[rank].Quiesce.Attempt;
        if ((effects & QuiesceEffects.SendBookmarks) != 0)
            SendBookmarks(rank);
        if ((effects & QuiesceEffects.PostGather) != 0)
        {
            machine.Ranks[rank].GatherOutstanding = true;
            EnterPrivate(rank, CollectiveUse.Gather, attempt, 0);
        }

        if ((effects & QuiesceEffects.VoteYes) != 0)
            Vote(rank, attempt, isYes: true);
        if ((effects & QuiesceEffects.VoteNo) != 0)
            Vote(rank, attempt, isYes: false);
        if ((effects & QuiesceEffects.Act) != 0)
        {
            checkers.Acts(rank, machine);
            machine.At(machine.NowNs + 1 + machine.Random.Below(setup.ActionNs), EventKind.ActionDone, rank);
        }

        if ((effects & QuiesceEffects.PostRelease) != 0)
            EnterPrivate(rank, CollectiveUse.Release, attempt, 0);
        if ((effects & QuiesceEffects.Step) != 0)
            machine.Ranks[rank].Steps++;
        if ((effects & (QuiesceEffects.Step | QuiesceEffects.Resume)) != 0)
            GoOn(rank);
    }

    /// <summary>The rank is given back to its program.</summary>
    private void GoOn(int rank)
    {
        ref RankState state = ref machine.Ranks[rank];
        state.TakesIn = false;
        state.Activity = state.IsAtEnd ? RankActivity.Finishing : RankActivity.Computing;
        if (_isNumbered)
            PostOwedExchange(rank);
        if (!state.IsAtEnd)
            machine.At(machine.NowNs, EventKind.ComputeDone, rank);
    }

    /// <summary>An attempt is over on a rank, whichever way.</summary>
    private void Ended(int rank, in QuiesceState before)
    {
        ref RankState state = ref machine.Ranks[rank];
        bool wasSilent = before.Phase == QuiescePhase.Releasing;
        checkers.Ended(rank, (int)before.Attempt, wasSilent, machine.NowNs, state.DeadlineAtNs);
        state.FailedAttempts = wasSilent ? 0 : state.FailedAttempts + 1;
        if (state.FailedAttempts == setup.AttemptsMax)
        {
            state.FailedAttempts = 0;
            state.Waiting = false;
        }

        // Everybody counts the same attempts, so that everybody knows whether there is another one.
        if (wasSilent)
            state.Waiting = false;
        else if (state.FailedAttempts > 0)
            TryAgain(ref state);
        if (state.Activity is RankActivity.AwaitingProof)
            Arrive(rank);
        else if (state.Activity is RankActivity.Finishing)
            Finish(rank);
    }

    private void EnterPrivate(int rank, CollectiveUse use, int stamp, int sums)
    {
        int number = machine.Ranks[rank].PrivateCollectives++;
        collectives.Enter(rank, Collectives.PrivateContext, number, use, stamp, sums, request: 0);
    }

    /// <summary>Own requests that must complete: sends and collectives; what a receive is matched with is known by the bookmarks.</summary>
    private int CountOpenRequests(int rank)
    {
        int open = 0;
        for (int request = machine.Ranks[rank].Requests; request != 0; request = machine.Requests[request].NextOfRank)
        {
            ref Request candidate = ref machine.Requests[request];
            candidate.IsCounted = candidate is { IsComplete: false, Kind: not RequestKind.Receive };
            open += candidate.IsCounted ? 1 : 0;
        }

        return open;
    }

    private long PatienceNs(in RankState state) => setup.PatienceNs << Math.Min(state.Steps, PatienceDoublingsMax);

    private static bool IsAttentive(in RankState state) =>
        state.Activity is RankActivity.Parked or RankActivity.AwaitingProof or RankActivity.AwaitingExchange or RankActivity.Finishing;
}
