using HpcVirt.Mpi.Resilience.Quiesce.Protocol;
using static HpcVirt.Mpi.Resilience.Quiesce.Protocol.QuiesceEventKind;
using static HpcVirt.Mpi.Resilience.Quiesce.Protocol.QuiescePhase;

namespace HpcVirt.Simulation.Tests.Mutants;

/// <summary>The protocol with one guard taken out, by wrapping its transition function: production knows nothing of it.</summary>
internal static class Guards
{
    // Where a missing guard would make the protocol refuse what happens next, the refusal is taken out as well: the checkers must find the defect.
    private const int HasGatheredMeanwhile = -1;

    public static (QuiesceState, QuiesceEffects) GatherWithoutBookmarksTaken(in QuiesceState state, in QuiesceEvent happened)
    {
        if (state.Phase != Gathering && happened.Kind == BookmarkTaken)
            return (state, QuiesceEffects.None);
        (QuiesceState next, QuiesceEffects effects) = QuiesceProtocol.Next(state, happened);
        return happened.Kind == Arrived && !next.HasGathered ? (next with { HasGathered = true }, effects | QuiesceEffects.PostGather) : (next, effects);
    }

    public static (QuiesceState, QuiesceEffects) VoteBeforeAllGathered(in QuiesceState state, in QuiesceEvent happened)
    {
        if (state.Phase == Proving && happened.Kind == AllGathered)
            return (state, QuiesceEffects.None);
        (QuiesceState next, QuiesceEffects effects) = QuiesceProtocol.Next(state, happened);
        return next is { Phase: Gathering, HasGathered: true, Owed: 0, OpenRequests: 0 }
            ? (next with { Phase = Proving }, effects | QuiesceEffects.VoteYes)
            : (next, effects);
    }

    public static (QuiesceState, QuiesceEffects) VoteWhileOwed(in QuiesceState state, in QuiesceEvent happened)
    {
        if (state.Phase == Proving && happened.Kind == RequestCompleted)
            return (state, QuiesceEffects.None);
        (QuiesceState next, QuiesceEffects effects) = QuiesceProtocol.Next(state, happened);
        return next is { Phase: Draining, OpenRequests: 0 } ? (next with { Phase = Proving }, effects | QuiesceEffects.VoteYes) : (next, effects);
    }

    public static (QuiesceState, QuiesceEffects) VoteWithOpenRequests(in QuiesceState state, in QuiesceEvent happened)
    {
        if (state.Phase is not (Gathering or Draining) && happened.Kind == RequestCompleted)
            return (state, QuiesceEffects.None);
        (QuiesceState next, QuiesceEffects effects) = QuiesceProtocol.Next(state, happened);
        return next is { Phase: Draining, Owed: 0 } ? (next with { Phase = Proving }, effects | QuiesceEffects.VoteYes) : (next, effects);
    }

    public static (QuiesceState, QuiesceEffects) ForgetEarlyBookmarks(in QuiesceState state, in QuiesceEvent happened) =>
        QuiesceProtocol.Next(state, happened.Kind == Arrived ? happened with { Messages = 0 } : happened);

    public static (QuiesceState, QuiesceEffects) IgnoreBookmarks(in QuiesceState state, in QuiesceEvent happened) =>
        QuiesceProtocol.Next(state, happened.Kind == BookmarkCame ? happened with { Messages = 0 } : happened);

    public static (QuiesceState, QuiesceEffects) IgnoreMessages(in QuiesceState state, in QuiesceEvent happened) =>
        happened.Kind == MessageCame ? (state, QuiesceEffects.None) : QuiesceProtocol.Next(state, happened);

    public static (QuiesceState, QuiesceEffects) StepAfterGathering(in QuiesceState state, in QuiesceEvent happened)
    {
        if (state is { Phase: Gathering, MayStep: true } && happened.Kind == PatienceEnded)
            return (state with { Phase = Stepping }, QuiesceEffects.Step);
        if (state.Phase == Stepping && happened.Kind == AllGathered)
            return (state with { OpenRequests = HasGatheredMeanwhile }, QuiesceEffects.None);
        if (state.Phase is Draining or Proving && happened.Kind == BookmarkTaken)
            return (state, QuiesceEffects.None);
        (QuiesceState next, QuiesceEffects effects) = QuiesceProtocol.Next(state, happened);
        if (state is not { Phase: Stepping, OpenRequests: HasGatheredMeanwhile } || happened.Kind != Arrived)
            return (next, effects);
        (next, QuiesceEffects more) = QuiesceProtocol.Next(next, QuiesceEvent.AllGathered());
        return (next, effects | more);
    }

    public static (QuiesceState, QuiesceEffects) StaleBookmarksAfterStep(in QuiesceState state, in QuiesceEvent happened)
    {
        if (happened.Kind == BookmarkTaken && (state.Phase != Gathering || state.BookmarksUntaken == 0))
            return (state, QuiesceEffects.None);
        if (state.Phase != Stepping || happened.Kind != Arrived)
            return QuiesceProtocol.Next(state, happened);
        (QuiesceState next, QuiesceEffects effects) = QuiesceProtocol.Next(state, happened with { Bookmarks = 0 });
        return (next, effects & ~QuiesceEffects.SendBookmarks);
    }

    public static (QuiesceState, QuiesceEffects) NeverStep(in QuiesceState state, in QuiesceEvent happened) =>
        happened.Kind == PatienceEnded ? (state, QuiesceEffects.None) : QuiesceProtocol.Next(state, happened);

    public static (QuiesceState, QuiesceEffects) ResumeBeforeActing(in QuiesceState state, in QuiesceEvent happened)
    {
        (QuiesceState next, QuiesceEffects effects) = QuiesceProtocol.Next(state, happened);
        return (next, (effects & QuiesceEffects.Act) != 0 ? effects | QuiesceEffects.Resume : effects);
    }

    public static (QuiesceState, QuiesceEffects) ResumeWithoutRelease(in QuiesceState state, in QuiesceEvent happened) =>
        happened.Kind == ActionDone
            ? (QuiesceState.Initial with { Attempt = state.Attempt + 1 }, QuiesceEffects.Resume)
            : QuiesceProtocol.Next(state, happened);

    public static (QuiesceState, QuiesceEffects) ActOnALostVote(in QuiesceState state, in QuiesceEvent happened) =>
        QuiesceProtocol.Next(state, state.Phase == Proving && happened.Kind == ProofCame ? happened with { IsYes = true } : happened);

    public static (QuiesceState, QuiesceEffects) IgnoreAWonVote(in QuiesceState state, in QuiesceEvent happened) =>
        QuiesceProtocol.Next(state, happened.Kind == ProofCame ? happened with { IsYes = false } : happened);

    public static (QuiesceState, QuiesceEffects) LeaveAfterAYes(in QuiesceState state, in QuiesceEvent happened) =>
        state.Phase == Proving && happened.Kind == DeadlinePassed
            ? (state with { Phase = Withdrawn }, QuiesceEffects.VoteNo | QuiesceEffects.Resume)
            : QuiesceProtocol.Next(state, happened);

    public static (QuiesceState, QuiesceEffects) NextAttemptWhileOneIsOutstanding(in QuiesceState state, in QuiesceEvent happened)
    {
        if (state.Phase == Running && happened.Kind is ProofCame or AllGathered)
            return (state, QuiesceEffects.None);
        (QuiesceState next, QuiesceEffects effects) = QuiesceProtocol.Next(state, happened);
        return next.Phase == Withdrawn ? (QuiesceState.Initial with { Attempt = state.Attempt + 1 }, effects) : (next, effects);
    }

    public static (QuiesceState, QuiesceEffects) WithdrawWithoutAVote(in QuiesceState state, in QuiesceEvent happened)
    {
        (QuiesceState next, QuiesceEffects effects) = QuiesceProtocol.Next(state, happened);
        return (next, effects & ~QuiesceEffects.VoteNo);
    }

    public static (QuiesceState, QuiesceEffects) WithdrawWithoutGathering(in QuiesceState state, in QuiesceEvent happened)
    {
        (QuiesceState next, QuiesceEffects effects) = QuiesceProtocol.Next(state, happened);
        return (next, next.Phase == Withdrawn ? effects & ~QuiesceEffects.PostGather : effects);
    }

    public static (QuiesceState, QuiesceEffects) WithdrawWithAYes(in QuiesceState state, in QuiesceEvent happened)
    {
        (QuiesceState next, QuiesceEffects effects) = QuiesceProtocol.Next(state, happened);
        return (next, (effects & QuiesceEffects.VoteNo) != 0 ? (effects & ~QuiesceEffects.VoteNo) | QuiesceEffects.VoteYes : effects);
    }

    public static (QuiesceState, QuiesceEffects) WithdrawAndStay(in QuiesceState state, in QuiesceEvent happened)
    {
        (QuiesceState next, QuiesceEffects effects) = QuiesceProtocol.Next(state, happened);
        return (next, next.Phase == Withdrawn ? effects & ~QuiesceEffects.Resume : effects);
    }

    public static (QuiesceState, QuiesceEffects) NoDeadline(in QuiesceState state, in QuiesceEvent happened) =>
        happened.Kind == DeadlinePassed ? (state, QuiesceEffects.None) : QuiesceProtocol.Next(state, happened);

    public static (QuiesceState, QuiesceEffects) AttemptsWithoutNumbers(in QuiesceState state, in QuiesceEvent happened)
    {
        (QuiesceState next, QuiesceEffects effects) = QuiesceProtocol.Next(state, happened);
        return (next with { Attempt = 1 }, effects);
    }

    public static (QuiesceState, QuiesceEffects) ObjectionUnheard(in QuiesceState state, in QuiesceEvent happened)
    {
        if (happened.Kind == BookmarkTaken && (state.Phase != Gathering || state.BookmarksUntaken == 0))
            return (state, QuiesceEffects.None);
        return QuiesceProtocol.Next(state, happened.Kind == Objected ? QuiesceEvent.Arrived(0, 0, 0, mayStep: false) : happened);
    }
}
