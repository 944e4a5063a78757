using System;

namespace HpcVirt.Mpi.Resilience.Quiesce.Protocol;

/// <summary>
/// How a job falls silent, and proves it. A pure function: one driver performs its effects over MPI, and the simulator over a seeded network.
/// docs/flows/quiesce.md tells the story and docs/decisions/0005 the reasons.
/// </summary>
internal static class QuiesceProtocol
{
    public static (QuiesceState State, QuiesceEffects Effects) Next(in QuiesceState state, in QuiesceEvent happened) => (state.Phase, happened.Kind) switch
    {
        (QuiescePhase.Running or QuiescePhase.Stepping, QuiesceEventKind.Arrived) => Gather(state with
        {
            Phase = QuiescePhase.Gathering,
            MayStep = happened.IsYes,
            BookmarksUntaken = happened.Bookmarks,
            Owed = happened.Messages,
            OpenRequests = happened.OpenRequests,
        }, QuiesceEffects.SendBookmarks),

        // Nobody waits for a rank that cannot take part, and it waits for nobody.
        (QuiescePhase.Running or QuiescePhase.Stepping, QuiesceEventKind.Objected) => Withdraw(state),

        (QuiescePhase.Gathering, QuiesceEventKind.BookmarkTaken) => Gather(state with { BookmarksUntaken = state.BookmarksUntaken - 1 }, QuiesceEffects.None),

        (QuiescePhase.Gathering, QuiesceEventKind.AllGathered) => Drain(state with { Phase = QuiescePhase.Draining }),

        // A rank that has not taken this one's bookmark has not come, and may be waiting for a message of this one's next step. Once all have taken
        // it, leaving would make the bookmarks wrong.
        (QuiescePhase.Gathering, QuiesceEventKind.PatienceEnded) when state is { MayStep: true, HasGathered: false } =>
            (state with { Phase = QuiescePhase.Stepping }, QuiesceEffects.Step),

        (QuiescePhase.Gathering or QuiescePhase.Draining, QuiesceEventKind.BookmarkCame) => Drain(state with { Owed = state.Owed + happened.Messages }),
        (QuiescePhase.Gathering or QuiescePhase.Draining, QuiesceEventKind.MessageCame) => Drain(state with { Owed = state.Owed - 1 }),
        (QuiescePhase.Gathering or QuiescePhase.Draining, QuiesceEventKind.RequestCompleted) => Drain(state with { OpenRequests = state.OpenRequests - 1 }),
        (QuiescePhase.Gathering or QuiescePhase.Draining, QuiesceEventKind.DeadlinePassed) => Withdraw(state),

        (QuiescePhase.Proving, QuiesceEventKind.ProofCame) when happened.IsYes => (state with { Phase = QuiescePhase.Silent }, QuiesceEffects.Act),
        (QuiescePhase.Proving, QuiesceEventKind.ProofCame) => (Ended(state), QuiesceEffects.Resume),

        (QuiescePhase.Silent, QuiesceEventKind.ActionDone) => (state with { Phase = QuiescePhase.Releasing }, QuiesceEffects.PostRelease),

        // A rank that went on earlier would send messages into another one's action.
        (QuiescePhase.Releasing, QuiesceEventKind.AllReleased) => (Ended(state), QuiesceEffects.Resume),

        // It voted no, so that it knows how the vote ends; what counts is that everybody has voted and the next attempt may begin.
        (QuiescePhase.Withdrawn, QuiesceEventKind.ProofCame) => (Ended(state), QuiesceEffects.None),

        // The clocks run on when what they watched is over, and a barrier may complete after its attempt was given up.
        (_, QuiesceEventKind.PatienceEnded or QuiesceEventKind.DeadlinePassed) => (state, QuiesceEffects.None),
        (QuiescePhase.Withdrawn, not (QuiesceEventKind.Arrived or QuiesceEventKind.Objected or QuiesceEventKind.ActionDone or QuiesceEventKind.AllReleased)) =>
            (state, QuiesceEffects.None),

        // What comes after the vote was not announced: the sum over all ranks judges it.
        (QuiescePhase.Proving, QuiesceEventKind.MessageCame) => (state with { Owed = state.Owed - 1 }, QuiesceEffects.None),

        // The bookmark of a rank that withdrew before this one came: it gathered without waiting until its bookmarks were taken, and its no decides.
        (QuiescePhase.Proving, QuiesceEventKind.BookmarkCame) => (state with { Owed = state.Owed + happened.Messages }, QuiesceEffects.None),

        // A rank that was released earlier sends already. Its messages belong to what comes after the silence.
        (QuiescePhase.Releasing, QuiesceEventKind.MessageCame) => (state, QuiesceEffects.None),

        _ => throw new InvalidOperationException($"{happened.Kind} cannot happen while {state.Phase}, in attempt {state.Attempt}."),
    };

    private static (QuiesceState, QuiesceEffects) Gather(in QuiesceState state, QuiesceEffects effects) =>
        state is { BookmarksUntaken: 0, HasGathered: false }
            ? (state with { HasGathered = true }, effects | QuiesceEffects.PostGather)
            : (state, effects);

    private static (QuiesceState, QuiesceEffects) Drain(in QuiesceState state) =>
        state is { Phase: QuiescePhase.Draining, Owed: 0, OpenRequests: 0 }
            ? (state with { Phase = QuiescePhase.Proving }, QuiesceEffects.VoteYes)
            : (state, QuiesceEffects.None);

    private static (QuiesceState, QuiesceEffects) Withdraw(in QuiesceState state)
    {
        // The collectives of the attempt cannot be left out: the others wait in them. They are entered now, and complete behind the program.
        QuiesceEffects effects = QuiesceEffects.VoteNo | QuiesceEffects.Resume;
        if (!state.HasGathered)
            effects |= QuiesceEffects.PostGather;
        return (state with { Phase = QuiescePhase.Withdrawn, HasGathered = true }, effects);
    }

    private static QuiesceState Ended(in QuiesceState state) => QuiesceState.Initial with { Attempt = state.Attempt + 1 };
}
