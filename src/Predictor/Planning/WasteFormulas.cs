using System;

namespace HpcVirt.Predictor.Planning;

/// <summary>
/// The share of time that a job wastes, and the checkpoint interval that wastes least. Young (CACM 1974) and Daly (FGCS 2006) without prediction; with a
/// predictor of recall r and precision p, Aupy, Robert, Vivien and Zaidouni (JPDC 2014): only unpredicted failures, mu / (1 - r) apart, cost lost work and a restart, and every
/// prediction costs a move. All times in seconds.
/// </summary>
internal static class WasteFormulas
{
    /// <summary>Young: sqrt(2 mu C), the work between two checkpoints.</summary>
    public static double Young(double mtbfS, double checkpointS) => Math.Sqrt(2 * mtbfS * checkpointS);

    /// <summary>Daly's higher-order interval; the MTBF itself where a checkpoint costs more than twice that.</summary>
    public static double Daly(double mtbfS, double checkpointS)
    {
        if (checkpointS >= 2 * mtbfS) return mtbfS;
        double x = checkpointS / (2 * mtbfS);
        return (Math.Sqrt(2 * checkpointS * mtbfS) * (1 + (Math.Sqrt(x) / 3) + (x / 9))) - checkpointS;
    }

    /// <summary>With prediction: sqrt(2 mu C / (1 - r)).</summary>
    public static double WithPrediction(double mtbfS, double checkpointS, double recall) => Young(mtbfS / (1 - recall), checkpointS);

    /// <summary>
    /// The wasted share of the time, to first order in 1 / mu: checkpoints cost C / (T + C) of the failure-free time, failures (1 - r) (D + R + (T + C) / 2) / mu, and moves r / p Cp / mu.
    /// </summary>
    public static double Waste(double intervalS, PlanOptions options, double recall, double precision)
    {
        double period = intervalS + options.Checkpoint.TotalSeconds, mtbf = options.Mtbf.TotalSeconds;
        double checkpoints = options.Checkpoint.TotalSeconds / period;
        double failures = (((1 - recall) * (options.Downtime.TotalSeconds + options.Restart.TotalSeconds + (period / 2))) + (recall / precision * options.Migration.TotalSeconds)) / mtbf;
        return 1 - ((1 - checkpoints) * (1 - Math.Min(1, failures)));
    }

    /// <summary>The precision below which moves cost more than the failures they avoid, at the interval given.</summary>
    public static double BreakEvenPrecision(double intervalS, PlanOptions options) =>
        options.Migration.TotalSeconds / (options.Downtime.TotalSeconds + options.Restart.TotalSeconds + ((intervalS + options.Checkpoint.TotalSeconds) / 2));
}
