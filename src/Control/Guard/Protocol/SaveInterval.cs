using System;

namespace HpcVirt.Control.Guard.Protocol;

/// <summary>
/// How often a checkpoint is made while risk is raised: T = sqrt(2 C / rate), Young's first-order optimum (Communications of the ACM 17(9), 1974), with the measured cost C of a
/// checkpoint and the rate of failures that the risks say, the sum of -ln(1 - risk) / horizon over the hosts that are amber or red. While none is, the job's own interval holds.
/// </summary>
internal static class SaveInterval
{
    private const double RiskMax = 0.999;

    /// <summary>The time between two checkpoints; null while no host is amber or red.</summary>
    /// <param name="state">What the guard knows.</param>
    public static TimeSpan? Of(GuardState state)
    {
        double rate = 0;
        foreach ((string host, HostHealth health) in state.Health)
        {
            if (state.ColourOf(host) is not (HostColour.Amber or HostColour.Red)) continue;
            double risk = Math.Clamp(health.Risk ?? state.CaseOf(host)?.Risk ?? 0, 0, RiskMax);
            rate += -Math.Log(1 - risk) / state.Policy.Horizon.TotalSeconds;
        }

        if (rate <= 0) return null;
        double seconds = Math.Sqrt(2 * (state.SaveTook ?? state.Policy.SaveCost).TotalSeconds / rate);
        return TimeSpan.FromSeconds(Math.Clamp(seconds, state.Policy.IntervalMin.TotalSeconds, state.Policy.IntervalMax.TotalSeconds));
    }
}
