using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint.Protocol;

/// <summary>
/// How the version to restart from is found: the newest that verifies on every rank. An intersection, never a maximum over the
/// ranks. A pure function; docs/flows/restart.md tells the story.
/// </summary>
internal static class RestartProtocol
{
    public static RestartState Start(bool mayStartOver) => new(RestartPhase.Surveying, mayStartOver);

    public static (RestartState State, RestartEffect Effect) Next(RestartState state, RestartEvent happened) => (state.Phase, happened) switch
    {
        (RestartPhase.Surveying, RestartEvent.Surveyed e) =>
            (state with { Phase = RestartPhase.Choosing }, new RestartEffect.TellSurvey(e.Mine)),

        (RestartPhase.Choosing, RestartEvent.SurveysKnown e) => Choose(state, e.All),

        (RestartPhase.Verifying, RestartEvent.Verified e) =>
            (state with { Phase = RestartPhase.Judging }, new RestartEffect.TellVerdict(e.Mine)),

        (RestartPhase.Judging, RestartEvent.VerdictsKnown e) => Judge(state, e.All),

        (RestartPhase.Filling, RestartEvent.Filled e) =>
            (state with { Phase = RestartPhase.Confirming }, new RestartEffect.TellFill(e.Mine)),

        (RestartPhase.Confirming, RestartEvent.FillsKnown e) => Confirm(state, e.All),

        _ => throw new InvalidOperationException($"{happened.GetType().Name} cannot happen while {state.Phase}."),
    };

    private static (RestartState, RestartEffect) Choose(RestartState state, IReadOnlyList<PlaceSurvey> all)
    {
        if (RankReasons.Join(all.Select(static survey => survey.Problem)) is { } problems) return End(state, RestartOutcome.Impossible, problems);

        (IReadOnlyList<VersionName> counting, IReadOnlyList<VersionName> late) = OpeningPlan.Candidates(all);
        RestartState next = state with
        {
            Candidates = counting,
            Index = -1,
            Skipped = [.. late.Select(static name => new SkippedVersion(
                name.Version, name.Attempt, SkippedVersion.AllRanks, name.Committed, null,
                $"attempt {name.Attempt} committed it after a newer attempt had begun"))],
        };
        return TryOlder(next);
    }

    private static (RestartState, RestartEffect) Judge(RestartState state, IReadOnlyList<VerdictReport> all)
    {
        // A mismatch is believed before any damage: it comes from intact bytes, and an older version would not match either.
        if (Mismatch(all) is { } mismatch) return End(state, RestartOutcome.Mismatched, $"Checkpoint {state.Candidate}, {mismatch}");
        if (Damages(state, all) is { Count: > 0 } damages) return TryOlder(state with { Skipped = [.. state.Skipped, .. damages] });
        return (state with { Phase = RestartPhase.Filling, Step = all[0].Step }, new RestartEffect.Fill(state.Candidate));
    }

    private static (RestartState, RestartEffect) Confirm(RestartState state, IReadOnlyList<VerdictReport> all)
    {
        if (Mismatch(all) is { } mismatch) return End(state, RestartOutcome.Mismatched, $"Checkpoint {state.Candidate}, {mismatch}");
        if (Damages(state, all) is { Count: > 0 } damages)
        {
            // The regions may hold half of this version now, so there is no fresh start any more if no older one serves.
            return TryOlder(state with { Skipped = [.. state.Skipped, .. damages], MayStartOver = false });
        }

        return End(state, RestartOutcome.Restored, refusal: null);
    }

    private static (RestartState, RestartEffect) TryOlder(RestartState state)
    {
        RestartState next = state with { Phase = RestartPhase.Verifying, Index = state.Index + 1 };
        if (next.Index < next.Candidates.Count) return (next, new RestartEffect.Verify(next.Candidate));

        bool isFresh = next.Candidates.Count == 0 || next.MayStartOver;
        return End(next, isFresh ? RestartOutcome.Fresh : RestartOutcome.NoneVerifies, refusal: null);
    }

    private static (RestartState, RestartEffect) End(RestartState state, RestartOutcome outcome, string? refusal) =>
        (state with { Phase = RestartPhase.Ended, Outcome = outcome, Refusal = refusal }, new RestartEffect.Finish());

    private static string? Mismatch(IReadOnlyList<VerdictReport> all) =>
        RankReasons.Join(all.Select(static verdict => verdict.Verdict == Verdict.Mismatched ? verdict.Reason : null));

    private static List<SkippedVersion> Damages(RestartState state, IReadOnlyList<VerdictReport> all)
    {
        VersionName name = state.Candidate;
        List<SkippedVersion> damages = [.. all
            .Select((v, rank) => (v, rank))
            .Where(static p => p.v.Verdict == Verdict.Damaged)
            .Select(p => new SkippedVersion(name.Version, name.Attempt, p.rank, p.v.File, p.v.Region, p.v.Reason ?? "damaged"))];

        // Two places with different manifests under one name are parts of two checkpoints, each intact by itself.
        if (damages.Count == 0 && all.Any(v => v.ManifestChecksum != all[0].ManifestChecksum))
        {
            damages.Add(new SkippedVersion(
                name.Version, name.Attempt, SkippedVersion.AllRanks, VersionName.Manifest, null, "the places hold different manifests"));
        }

        return damages;
    }
}
