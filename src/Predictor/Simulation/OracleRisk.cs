using System;

namespace HpcVirt.Predictor.Simulation;

/// <summary>The chance that a node fails within a horizon, for one who knows what ails it: by this no predictor ranks points better.</summary>
internal static class OracleRisk
{
    public static double Of(Ailment? ailment, double horizonHours)
    {
        double silent = Ailment.SilentPerNodeDay / 24 * horizonHours;
        if (ailment is not null) return 1 - ((1 - (ailment.FailingShare * (1 - Math.Exp(-horizonHours / ailment.MeanHours)))) * Math.Exp(-silent));
        double coming = 0;
        foreach (Ailment a in Ailment.All)
        {
            // It begins at u, uniform in the horizon, and ends within what is left.
            coming += a.PerNodeDay / 24 * a.FailingShare * (horizonHours - (a.MeanHours * (1 - Math.Exp(-horizonHours / a.MeanHours))));
        }

        return 1 - Math.Exp(-silent - coming);
    }
}
