using System.Collections.Generic;

namespace HpcVirt.Predictor.Evaluation;

/// <summary>What alerting at one threshold would have done in a period.</summary>
internal sealed record EventOutcome(
    double Threshold,
    int Failures,
    int Caught,
    int Migrations,
    int RightMigrations,
    IReadOnlyList<double> LeadHours,
    double FalseAlarmsPerNodeMonth,
    double MigrationsPerNodeMonth,
    IReadOnlyDictionary<int, (int Failures, int Caught)> ByKind)
{
    public double Recall => Failures == 0 ? double.NaN : Caught / (double)Failures;

    public double Precision => Migrations == 0 ? double.NaN : RightMigrations / (double)Migrations;

    public double F1 => Caught == 0 || RightMigrations == 0 ? 0 : 2 * Recall * Precision / (Recall + Precision);

    public double MedianLeadHours => Quantile(0.5);

    public double Quantile(double q) => LeadHours.Count == 0 ? double.NaN : LeadHours[(int)(q * (LeadHours.Count - 1))];
}
