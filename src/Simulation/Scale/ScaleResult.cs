using System.Collections.Generic;
using System.Linq;
using HpcVirt.Simulation.Checkers;
using HpcVirt.Simulation.Runs;

namespace HpcVirt.Simulation.Scale;

/// <summary>What falling silent costs a job of so many ranks.</summary>
internal sealed record ScaleResult
{
    public required int Ranks { get; init; }

    public required string Traffic { get; init; }

    public required long Seed { get; init; }

    public required int Attempts { get; init; }

    public required bool IsSilent { get; init; }

    /// <summary>Rounds of messages from the last arrival to the release, on the rank with the most: one of bookmarks, and those of three collectives.</summary>
    public required int Rounds { get; init; }

    public required int MessagesPerRankMedian { get; init; }

    public required int MessagesPerRankMax { get; init; }

    public required int BytesPerRankMedian { get; init; }

    public required int BytesPerRankMax { get; init; }

    /// <summary>Messages per rank of one exchange of the safe-point agreement: the reduction alone.</summary>
    public required int AgreementMessagesMax { get; init; }

    public required long CapturedMessages { get; init; }

    /// <summary>From the first rank's arrival at the safe point to the last one's proof of silence, in simulated time.</summary>
    public required double ArrivalToSilenceUs { get; init; }

    /// <summary>From the last rank's arrival.</summary>
    public required double LastArrivalToSilenceUs { get; init; }

    public required long Events { get; init; }

    public required IReadOnlyList<string> Findings { get; init; }

    public string Verdict => Findings.Count == 0 ? "no fault found" : $"{Findings.Count} fault(s) found";

    public static ScaleResult Of(ScaleSetup setup, JobReport report)
    {
        (int messages, int messagesMax) = report.Spread(static rank => rank.QuiesceMessages);
        (int bytes, int bytesMax) = report.Spread(static rank => rank.QuiesceBytes);
        AttemptRecord? silent = report.Attempts.FirstOrDefault(static attempt => attempt.IsSilent);
        return new ScaleResult
        {
            Ranks = setup.Ranks,
            Traffic = setup.Traffic == Scale.Traffic.Neighbours ? $"neighbours in {setup.Dimensions} dimensions" : setup.Traffic == Scale.Traffic.Farm ? "farm" : "random",
            Seed = setup.Seed,
            Attempts = report.Attempts.Count,
            IsSilent = silent is not null,
            Rounds = 1 + report.Spread(static rank => rank.QuiesceRounds).Max,
            MessagesPerRankMedian = messages,
            MessagesPerRankMax = messagesMax,
            BytesPerRankMedian = bytes,
            BytesPerRankMax = bytesMax,
            AgreementMessagesMax = report.Spread(static rank => rank.AgreementMessages).Max,
            CapturedMessages = silent?.CapturedMessages ?? 0,
            ArrivalToSilenceUs = silent is null ? 0 : (silent.LastActNs - silent.FirstArrivalNs) / 1000.0,
            LastArrivalToSilenceUs = silent is null ? 0 : (silent.LastActNs - silent.LastArrivalNs) / 1000.0,
            Events = report.Events,
            Findings = report.Findings,
        };
    }
}
