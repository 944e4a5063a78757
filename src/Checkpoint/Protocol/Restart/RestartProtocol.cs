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
    public static RestartState Start(bool mayStartOver, IReadOnlyList<bool> canRebuild, int startsMax) =>
        new(RestartPhase.Surveying, mayStartOver) { CanRebuild = canRebuild, StartsMax = startsMax };

    public static (RestartState State, RestartEffect Effect) Next(RestartState state, RestartEvent happened) => (state.Phase, happened) switch
    {
        (RestartPhase.Surveying, RestartEvent.Surveyed e) =>
            (state with { Phase = RestartPhase.Choosing }, new RestartEffect.TellSurvey(e.Mine)),

        (RestartPhase.Choosing, RestartEvent.SurveysKnown e) => Choose(state, e.All),

        (RestartPhase.Verifying, RestartEvent.Verified e) =>
            (state with { Phase = RestartPhase.Judging }, new RestartEffect.TellVerdict(e.Mine)),

        (RestartPhase.Rebuilding, RestartEvent.Rebuilt) =>
            (state with { Phase = RestartPhase.Verifying }, new RestartEffect.Verify(state.Candidate)),

        (RestartPhase.Judging, RestartEvent.VerdictsKnown e) => Judge(state, e.All),

        (RestartPhase.Recording, RestartEvent.StartRecorded) =>
            (state with { Phase = RestartPhase.Filling }, new RestartEffect.Fill(state.Candidate)),

        (RestartPhase.Filling, RestartEvent.Filled e) =>
            (state with { Phase = RestartPhase.Confirming }, new RestartEffect.TellFill(e.Mine)),

        (RestartPhase.Confirming, RestartEvent.FillsKnown e) => Confirm(state, e.All),

        _ => throw new InvalidOperationException($"{happened.GetType().Name} cannot happen while {state.Phase}."),
    };

    private static (RestartState, RestartEffect) Choose(RestartState state, IReadOnlyList<TierSurveys> all)
    {
        if (RankReasons.Join(all.Select(static rank => rank.Tiers.Select(static t => t.Problem).FirstOrDefault(static p => p is not null))) is { } problems)
            return End(state, RestartOutcome.Impossible, problems);

        var candidates = new List<RestartCandidate>();
        var skipped = new List<SkippedVersion>();
        for (int tier = 0; tier < state.CanRebuild.Count; tier++)
        {
            (IReadOnlyList<VersionName> counting, IReadOnlyList<VersionName> late) = OpeningPlan.Candidates([.. all.Select(rank => rank.Tiers[tier])]);
            candidates.AddRange(counting.Select(name => new RestartCandidate(tier, name)));
            skipped.AddRange(late.Select(static name => new SkippedVersion(
                name.Version, name.Attempt, SkippedVersion.AllRanks, name.Committed, null,
                $"attempt {name.Attempt} committed it after a newer attempt had begun")));
        }

        // The newest first, and of one version the nearest tier; but versions that the program has not come away from stand back.
        var plan = StartPlan.Make(
            [.. candidates.OrderByDescending(static c => c.Name).ThenBy(static c => c.Tier)],
            all.SelectMany(static rank => rank.Tiers).SelectMany(static tier => tier.Starts),
            state.StartsMax);
        return TryOlder(state with
        {
            Candidates = plan.Order,
            Index = -1,
            ObsoleteStarts = plan.Obsolete,
            Skipped = [.. skipped.Distinct(), .. plan.Skipped],
        });
    }

    private static (RestartState, RestartEffect) Judge(RestartState state, IReadOnlyList<VerdictReport> all)
    {
        // A mismatch is believed before any damage: it comes from intact bytes, and an older version would not match either.
        if (Mismatch(all) is { } mismatch) return End(state, RestartOutcome.Mismatched, $"Checkpoint {state.Candidate}, {mismatch}");
        if (Damages(state, all) is { Count: > 0 } damages)
        {
            return state.CanRebuild[state.Candidate.Tier] && !state.IsRebuilt
                ? (state with { Phase = RestartPhase.Rebuilding, IsRebuilt = true }, new RestartEffect.Rebuild(state.Candidate))
                : TryOlder(state with { Skipped = [.. state.Skipped, .. damages] });
        }

        return (state with { Phase = RestartPhase.Recording, Step = all[0].Step }, new RestartEffect.RecordStart(state.Candidate, state.ObsoleteStarts));
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
        RestartState next = state with { Phase = RestartPhase.Verifying, Index = state.Index + 1, IsRebuilt = false };
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
        VersionName name = state.Candidate.Name;
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
