using System;
using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Predictor.Training;

/// <summary>
/// Turns margins into probabilities: a rising curve of straight pieces in log-odds, given by its corners. It rises strictly, so the order of points, and with it
/// every ranking metric, is that of the margins; and it is clamped, for no finite data shows a probability of 0 or 1.
/// </summary>
internal sealed record Calibration(IReadOnlyList<double> Margins, IReadOnlyList<double> LogOdds)
{
    public const double ProbabilityMin = 1e-6;

    private const double SlopeMin = 1e-3;
    private const int PlattBelow = 500;
    private const double PositivesToSpeakFor = 3;

    public static Calibration Identity { get; } = new([0, 1], [0, 1]);

    /// <summary>By Platt below 500 positives, else isotonic.</summary>
    public static Calibration Fit(double[] margins, bool[] labels)
    {
        int positives = labels.Count(static l => l);
        if (positives == 0 || positives == labels.Length) return Identity;
        return positives < PlattBelow ? Platt(margins, labels) : Isotonic(margins, labels);
    }

    public double Probability(double margin)
    {
        int right = 1;
        int low = 1, high = Margins.Count - 1;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (Margins[middle] >= margin) high = middle;
            else low = middle + 1;
        }

        right = low;
        double m0 = Margins[right - 1], m1 = Margins[right], l0 = LogOdds[right - 1], l1 = LogOdds[right];
        double slope = (l1 - l0) / (m1 - m0);
        // Beyond the corners the curve goes on, but no more steeply than the margins themselves.
        if (margin < m0 || margin > m1) slope = Math.Min(slope, 1);
        double logOdds = margin > m1 ? l1 + ((margin - m1) * slope) : l0 + ((margin - m0) * slope);
        // Squeezed, not cut off: two points beyond the bound still keep their order.
        double bound = Math.Log((1 - ProbabilityMin) / ProbabilityMin);
        if (Math.Abs(logOdds) > bound - 1) logOdds = Math.Sign(logOdds) * (bound - 1 + Math.Tanh(Math.Abs(logOdds) - bound + 1));
        return 1 / (1 + Math.Exp(-logOdds));
    }

    /// <summary>Fits a line in log-odds by Newton's method, with Platt's smoothed targets.</summary>
    private static Calibration Platt(double[] margins, bool[] labels)
    {
        double positives = labels.Count(static l => l), negatives = labels.Length - positives;
        double high = (positives + 1) / (positives + 2), low = 1 / (negatives + 2);
        double a = 1, b = Math.Log(positives / negatives) - margins.Average();
        for (int iteration = 0; iteration < 100; iteration++)
        {
            double ga = 0, gb = 0, haa = 1e-9, hab = 0, hbb = 1e-9;
            for (int i = 0; i < margins.Length; i++)
            {
                double p = 1 / (1 + Math.Exp(-((a * margins[i]) + b))), error = p - (labels[i] ? high : low), h = p * (1 - p);
                ga += error * margins[i];
                gb += error;
                haa += h * margins[i] * margins[i];
                hab += h * margins[i];
                hbb += h;
            }

            double determinant = (haa * hbb) - (hab * hab);
            if (determinant <= 0) break;
            double da = ((hbb * ga) - (hab * gb)) / determinant, db = ((haa * gb) - (hab * ga)) / determinant;
            double damping = Math.Min(1, 2 / (1e-9 + Math.Abs(da) + Math.Abs(db)));
            a -= da * damping;
            b -= db * damping;
            if (Math.Abs(da) + Math.Abs(db) < 1e-9) break;
        }

        a = Math.Max(a, SlopeMin);
        double from = margins.Min(), to = Math.Max(margins.Max(), from + 1);
        return new Calibration([from, to], [(a * from) + b, (a * to) + b]);
    }

    /// <summary>Pools adjacent violators, then joins the middles of the pools by straight pieces.</summary>
    private static Calibration Isotonic(double[] margins, bool[] labels)
    {
        double[] keys = [.. margins];
        int[] order = [.. Enumerable.Range(0, keys.Length)];
        Array.Sort(keys, order);
        var pools = new List<(double Sum, double Margins, double Count)>();
        foreach (int i in order)
        {
            pools.Add((labels[i] ? 1 : 0, margins[i], 1));
            while (pools.Count > 1 && pools[^2].Sum * pools[^1].Count >= pools[^1].Sum * pools[^2].Count)
            {
                (double Sum, double Margins, double Count) last = pools[^1], before = pools[^2];
                pools.RemoveAt(pools.Count - 1);
                pools[^1] = (before.Sum + last.Sum, before.Margins + last.Margins, before.Count + last.Count);
            }
        }

        // A few negatives at the very bottom are a pool of their own, and say little: they go with the next one, or their guess, bounded from below by how few they are, would raise all that lies above them.
        double share = labels.Count(static l => l) / (double)labels.Length;
        if (pools.Count > 1 && pools[0].Sum == 0 && pools[0].Count * share < PositivesToSpeakFor)
        {
            pools[1] = (pools[1].Sum, pools[0].Margins + pools[1].Margins, pools[0].Count + pools[1].Count);
            pools.RemoveAt(0);
        }

        var at = new List<double>();
        var logOdds = new List<double>();
        foreach ((double sum, double total, double count) in pools)
        {
            // One point more, as positive as the average one: small pools are drawn towards the share of all.
            double middle = total / count, p = (sum + share) / (count + 1), value = Math.Log(p / (1 - p));
            if (at.Count > 0 && middle <= at[^1] + 1e-9) continue;
            if (at.Count > 0) value = Math.Max(value, logOdds[^1] + (SlopeMin * (middle - at[^1])));
            at.Add(middle);
            logOdds.Add(value);
        }

        return at.Count < 2 ? Platt(margins, labels) : new Calibration(at, logOdds);
    }

    /// <summary>What is wrong, or null.</summary>
    public string? Problem()
    {
        if (Margins.Count < 2 || Margins.Count != LogOdds.Count) return "the calibration needs at least two corners";
        for (int i = 0; i < Margins.Count; i++)
        {
            if (!double.IsFinite(Margins[i]) || !double.IsFinite(LogOdds[i])) return "a corner of the calibration is not finite";
            if (i > 0 && (Margins[i] <= Margins[i - 1] || LogOdds[i] <= LogOdds[i - 1])) return "the calibration does not rise";
        }

        return null;
    }
}
