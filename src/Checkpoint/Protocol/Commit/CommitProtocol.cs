using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint.Protocol;

/// <summary>
/// How a version is committed: every rank writes, one vote, then one rename per place. A pure function; docs/flows/commit.md
/// tells the story and docs/decisions/0004 the reasons.
/// </summary>
internal static class CommitProtocol
{
    public static CommitState Start(int rank, IReadOnlyList<int> leaders, VersionName name, long step, string program) =>
        new(CommitPhase.Preparing, rank, leaders, name, step, program);

    public static (CommitState State, CommitEffect Effect) Next(CommitState state, CommitEvent happened) => (state.Phase, happened) switch
    {
        (CommitPhase.Preparing, CommitEvent.Prepared e) =>
            (state with { Phase = CommitPhase.Comparing }, new CommitEffect.TellPreparation(e.Mine)),

        (CommitPhase.Comparing, CommitEvent.PreparationsKnown e) => Compare(state, e.All),

        (CommitPhase.Writing, CommitEvent.ShardWritten e) =>
            (state with { Phase = CommitPhase.Collecting }, new CommitEffect.TellShard(e.Mine)),

        (CommitPhase.Collecting, CommitEvent.ShardsKnown e) => Protect(state, e.All),

        (CommitPhase.Protecting, CommitEvent.Protected e) => Describe(state with { Objection = e.Problem }),

        (CommitPhase.Describing, CommitEvent.ManifestWritten e) =>
            Vote(state with { Objection = state.Objection ?? e.Problem }),

        (CommitPhase.Voting, CommitEvent.VoteCounted { IsUnanimous: false }) =>
            (state with { Phase = CommitPhase.Explaining }, new CommitEffect.TellReason(new PlainReport(state.Objection))),

        (CommitPhase.Voting, CommitEvent.VoteCounted) when state.IsLeader =>
            (state with { Phase = CommitPhase.Publishing }, new CommitEffect.Publish()),

        (CommitPhase.Voting, CommitEvent.VoteCounted) =>
            (state with { Phase = CommitPhase.Confirming }, new CommitEffect.TellPublication(PublicationReport.NotMine)),

        (CommitPhase.Explaining, CommitEvent.ReasonsKnown e) => Fail(state, ProblemsOf(e.All.Select(static r => r.Problem)), isSuperseded: false),

        (CommitPhase.Publishing, CommitEvent.Published e) =>
            (state with { Phase = CommitPhase.Confirming }, new CommitEffect.TellPublication(e.Mine)),

        (CommitPhase.Confirming, CommitEvent.PublicationsKnown e) => Confirm(state, e.All),

        (CommitPhase.Retiring or CommitPhase.Dropping, CommitEvent.TidiedUp e) =>
            (state with { Phase = CommitPhase.Ended, Warnings = e.Warnings }, new CommitEffect.Finish()),

        _ => throw new InvalidOperationException($"{happened.GetType().Name} cannot happen while {state.Phase}."),
    };

    private static (CommitState, CommitEffect) Compare(CommitState state, IReadOnlyList<PreparationReport> all)
    {
        List<CheckpointProblem> problems = ProblemsOf(all.Select(static r => r.Problem));
        for (int rank = 1; rank < all.Count; rank++)
        {
            if (all[rank].Step != all[0].Step)
            {
                problems.Add(new CheckpointProblem(
                    rank, $"is at step {all[rank].Step} while rank 0 is at step {all[0].Step}; a checkpoint needs all ranks at one step"));
            }
        }

        foreach (IGrouping<int, int> place in Enumerable.Range(0, all.Count).GroupBy(rank => state.Leaders[rank]))
        {
            long neededBytes = place.Sum(rank => all[rank].ShardBytes);
            long freeBytes = all[place.Key].FreeBytes;
            if (freeBytes >= 0 && freeBytes < neededBytes)
            {
                problems.Add(new CheckpointProblem(
                    place.Key,
                    $"its place has {freeBytes} bytes free, and this checkpoint needs {neededBytes}; make room, or keep fewer versions"));
            }
        }

        if (problems.Count > 0) return Fail(state, problems, all.Any(static r => r.IsSuperseded));
        CommitState next = state with { Phase = CommitPhase.Writing, WrittenAtUnixMs = all[0].NowUnixMs };
        return (next, new CommitEffect.WriteShard());
    }

    private static (CommitState, CommitEffect) Protect(CommitState state, IReadOnlyList<ShardReport> all)
    {
        List<CheckpointProblem> problems = ProblemsOf(all.Select(static r => r.Problem));
        if (problems.Count > 0) return Fail(state, problems, isSuperseded: false);

        ManifestShard[] shards = [.. all.Select(static r => r.Shard)];
        CommitState next = state with { Phase = CommitPhase.Protecting, Shards = shards, JobBytes = shards.Sum(static s => s.LengthBytes) };
        return (next, new CommitEffect.Protect(shards));
    }

    private static (CommitState, CommitEffect) Describe(CommitState state)
    {
        if (!state.IsLeader) return Vote(state);
        var manifest = new Manifest(state.Name, state.Step, state.WrittenAtUnixMs, state.Program, state.Shards);
        return (state with { Phase = CommitPhase.Describing }, new CommitEffect.WriteManifest(manifest));
    }

    private static (CommitState, CommitEffect) Vote(CommitState state) =>
        (state with { Phase = CommitPhase.Voting }, new CommitEffect.Vote(state.Objection is null));

    private static (CommitState, CommitEffect) Confirm(CommitState state, IReadOnlyList<PublicationReport> all)
    {
        CommitState next = state with
        {
            Problems = ProblemsOf(all.Select(static r => r.Problem)),
            IsPublishedEverywhere = Enumerable.Range(0, all.Count).All(rank => state.Leaders[rank] != rank || all[rank].IsPublished),

            // One record is enough, for the vote has passed: the other places hold the same bytes under the temporary name, and a
            // restart reads them there. Without any record nobody could tell this version from one that was voted down.
            Outcome = all.Any(static r => r.IsSuperseded) ? SaveOutcome.Superseded
                : all.Any(static r => r.IsPublished) ? SaveOutcome.Committed
                : SaveOutcome.Failed,
        };

        // Nothing old is deleted before the newer one stands everywhere; after a vote nothing of this version is deleted either,
        // for a rename that reported failure may still have happened.
        return next is { Outcome: SaveOutcome.Committed, IsPublishedEverywhere: true, IsLeader: true }
            ? (next with { Phase = CommitPhase.Retiring }, new CommitEffect.Retire())
            : (next with { Phase = CommitPhase.Ended }, new CommitEffect.Finish());
    }

    private static (CommitState, CommitEffect) Fail(CommitState state, IReadOnlyList<CheckpointProblem> problems, bool isSuperseded)
    {
        CommitState next = state with
        {
            Problems = problems,
            Outcome = isSuperseded ? SaveOutcome.Superseded : SaveOutcome.Failed,
        };
        return state.IsLeader
            ? (next with { Phase = CommitPhase.Dropping }, new CommitEffect.Drop())
            : (next with { Phase = CommitPhase.Ended }, new CommitEffect.Finish());
    }

    private static List<CheckpointProblem> ProblemsOf(IEnumerable<string?> byRank) =>
        [.. byRank.Select(static (reason, rank) => (reason, rank))
            .Where(static p => p.reason is not null)
            .Select(static p => new CheckpointProblem(p.rank, p.reason!))];
}
