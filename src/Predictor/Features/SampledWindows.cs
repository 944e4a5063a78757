using System;

namespace HpcVirt.Predictor.Features;

/// <summary>
/// A sensor that is sampled: per window 12 parts, aligned to the epoch, each with what is needed for the window's figures. Values are summed
/// relative to the first one ever seen, so that a small spread on a large value is not lost.
/// </summary>
internal sealed class SampledWindows
{
    private const int Parts = WindowCounter.Parts;

    private readonly long[] _windowsS;
    private readonly Part[] _parts;
    private double _reference = double.NaN;

    public SampledWindows(long[] windowsS)
    {
        _windowsS = windowsS;
        _parts = new Part[windowsS.Length * Parts];
        for (int i = 0; i < _parts.Length; i++) _parts[i].Index = long.MinValue;
    }

    public double Last { get; private set; } = double.NaN;

    /// <summary>Whether a value was ever seen.</summary>
    public bool Is => !double.IsNaN(_reference);

    public void Observe(long timeS, double value)
    {
        if (double.IsNaN(value))
        {
            Last = value;
            return;
        }

        if (double.IsNaN(_reference)) _reference = value;
        float relative = (float)(value - _reference);
        // A counter that falls was reset: what it shows now has been counted since.
        float rise = double.IsNaN(_held) ? 0 : (float)(value >= _held ? value - _held : Math.Max(0, value));
        for (int w = 0; w < _windowsS.Length; w++)
        {
            long index = timeS / WindowCounter.PartS(_windowsS[w]);
            ref Part part = ref _parts[(w * Parts) + (int)(index % Parts)];
            if (part.Index != index)
            {
                part = new Part { Index = index, Min = float.MaxValue, Max = float.MinValue, HeldBefore = (float)(_held - _reference), First = relative };
            }

            part.Count++;
            part.Sum += relative;
            part.SumOfSquares += relative * relative;
            part.Min = Math.Min(part.Min, relative);
            part.Max = Math.Max(part.Max, relative);
            part.Increase += rise;
        }

        _held = value;
        Last = value;
    }

    private double _held = double.NaN;

    /// <summary>The figures of one window at a time.</summary>
    public WindowFigures Figures(int window, long timeS)
    {
        long now = timeS / WindowCounter.PartS(_windowsS[window]);
        int count = 0, filled = 0;
        double sum = 0, squares = 0, increase = 0, min = double.MaxValue, max = double.MinValue, first = double.NaN;
        double sumX = 0, sumY = 0, sumXx = 0, sumXy = 0;
        for (int back = Parts - 1; back >= 0; back--)
        {
            long index = now - back;
            if (index < 0) continue;
            ref readonly Part part = ref _parts[(window * Parts) + (int)(index % Parts)];
            if (part.Index != index) continue;
            if (count == 0) first = float.IsNaN(part.HeldBefore) ? part.First : part.HeldBefore;
            count += part.Count;
            sum += part.Sum;
            squares += part.SumOfSquares;
            increase += part.Increase;
            min = Math.Min(min, part.Min);
            max = Math.Max(max, part.Max);
            double mean = part.Sum / part.Count;
            filled++;
            sumX -= back;
            sumY += mean;
            sumXx += (double)back * back;
            sumXy -= back * mean;
        }

        if (count == 0) return WindowFigures.None;
        double average = sum / count;
        double spread = Math.Sqrt(Math.Max(0, (squares / count) - (average * average)));
        double denominator = (filled * sumXx) - (sumX * sumX);
        double partHours = WindowCounter.PartS(_windowsS[window]) / 3600.0;
        double slope = filled < 3 ? double.NaN : ((filled * sumXy) - (sumX * sumY)) / denominator / partHours;
        // The spread of a constant sensor is its rounding: deviations are measured against at least a thousandth of its size.
        double floor = 1e-3 * (1 + Math.Abs(average + _reference));
        return new WindowFigures(average + _reference, min + _reference, max + _reference, slope, (Last - _reference - average) / (spread + floor), Last - (first + _reference), increase);
    }

    private struct Part
    {
        public long Index;
        public int Count;
        public float Sum;
        public float SumOfSquares;
        public float Min;
        public float Max;
        public float HeldBefore;
        public float First;
        public float Increase;
    }
}

/// <summary>The figures of a window; NaN where there is nothing to compute them from.</summary>
internal readonly record struct WindowFigures(double Mean, double Min, double Max, double Slope, double Deviation, double Change, double Increase)
{
    public static readonly WindowFigures None = new(double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN);
}
