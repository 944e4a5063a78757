using System.Collections.Generic;

namespace HpcVirt.Predictor.Evaluation;

/// <summary>What an evaluation found; all of it goes into the JSON and the page.</summary>
internal sealed record EvaluationReport
{
    public required string Dataset { get; init; }

    public required string From { get; init; }

    public required string To { get; init; }

    public required double HorizonHours { get; init; }

    public required double LeadHours { get; init; }

    public required double StepHours { get; init; }

    public required string Engine { get; init; }

    public required long Points { get; init; }

    public required long Positives { get; init; }

    public required int Nodes { get; init; }

    public required int Failures { get; init; }

    public required double PrAuc { get; init; }

    public Interval? PrAucInterval { get; init; }

    public required double RocAuc { get; init; }

    public required double Brier { get; init; }

    public required double CalibrationError { get; init; }

    /// <summary>At the model's own threshold.</summary>
    public required OperatingPoint Alerts { get; init; }

    /// <summary>At the threshold that would have been best here: flattering, and only for comparison.</summary>
    public required OperatingPoint BestF1 { get; init; }

    /// <summary>The highest event recall at a migration precision of at least so much; null where no threshold reaches it.</summary>
    public required IReadOnlyList<RecallAtPrecision> RecallAtPrecision { get; init; }

    public required IReadOnlyList<KindOutcome> ByKind { get; init; }

    /// <summary>Simple rules on the same points.</summary>
    public required IReadOnlyList<RuleOutcome> Rules { get; init; }

    public required ValueOutcome Value { get; init; }

    public required IReadOnlyList<CalibrationBin> Calibration { get; init; }

    /// <summary>The node and time of the highest risk: the place to begin reading reasons.</summary>
    public required string Riskiest { get; init; }

    /// <summary>The highest PR-AUC of the simple rules; 0 where no rule can be computed.</summary>
    public required double BestRulePrAuc { get; init; }

    /// <summary>Node-hours that the alerts saved, moves paid; below zero where they cost more.</summary>
    public required double SavedNodeHours { get; init; }

    /// <summary>The PR-AUC that nobody can beat on these data, where they were simulated.</summary>
    public double? BestReachablePrAuc { get; init; }

    /// <summary>What a reader must know before believing the numbers.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}

/// <summary>Alerts at one threshold.</summary>
internal sealed record OperatingPoint(
    double Threshold, string Rule, double EventRecall, int Caught, int Failures, double MigrationPrecision, int RightMigrations, int Migrations,
    double MedianLeadHours, double TenthLeadHours, double FalseAlarmsPerNodeMonth, double MigrationsPerDay)
{
    public Interval? EventRecallInterval { get; init; }

    public Interval? MigrationPrecisionInterval { get; init; }

    /// <summary>Hours of warning of each failure that was caught, rising.</summary>
    public IReadOnlyList<double> LeadHours { get; init; } = [];
}

internal sealed record RecallAtPrecision(double Precision, double? EventRecall);

internal sealed record KindOutcome(string Kind, int Failures, int Caught);

internal sealed record RuleOutcome(string Rule, double PrAuc, double RocAuc, double BestF1EventRecall, double BestF1MigrationPrecision);

internal sealed record ValueOutcome(
    double FailureNodeHours, double MigrationNodeHours, double BreakEvenPrecision, double LostWithout, double LostWith, double SavedNodeHours, double SavedShare);

internal sealed record CalibrationBin(double MeanRisk, double ObservedShare, long Points);
