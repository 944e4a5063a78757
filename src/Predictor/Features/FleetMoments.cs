using System;

namespace HpcVirt.Predictor.Features;

/// <summary>
/// Mean and spread of one sensor over all nodes' present values, on the scale sign(x) log(1 + |x|). The sums are whole numbers (fixed point): adding and taking
/// away commute exactly, so the order in which nodes report does not show, and nothing drifts in a year.
/// </summary>
internal sealed class FleetMoments
{
    private const double Scale = 1 << 20;
    private const int NodesMin = 5;

    private long _count;
    private long _sum;
    private long _squares;

    public static double Log(double value) => value < 0 ? -Math.Log(1 - value) : Math.Log(1 + value);

    public void Replace(double old, double value)
    {
        Count(old, -1);
        Count(value, 1);
    }

    /// <summary>How many standard deviations a value is from the mean of the others; NaN while few nodes report.</summary>
    public double Deviation(double value)
    {
        if (_count <= NodesMin || double.IsNaN(value)) return double.NaN;
        double y = Log(value);
        double n = _count - 1, mean = ((_sum / Scale) - y) / n;
        double variance = Math.Max(0, (((_squares / Scale) - (y * y)) / n) - (mean * mean));
        return (y - mean) / (Math.Sqrt(variance) + 1e-2);
    }

    private void Count(double value, int sign)
    {
        if (double.IsNaN(value)) return;
        double y = Log(value);
        _count += sign;
        _sum += sign * (long)Math.Round(y * Scale);
        _squares += sign * (long)Math.Round(y * y * Scale);
    }
}
