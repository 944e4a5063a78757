using System;

namespace HpcVirt.Predictor.Features;

/// <summary>
/// A sensor whose rows are written on change: the changes themselves are kept, as far as the longest window reaches back, and at most
/// <see cref="ChangesMax"/> of them; of more, the older ones become sparser, and the value that holds now stays exact.
/// </summary>
internal sealed class HeldHistory
{
    public const int ChangesMax = 256;

    private (long TimeS, double Value)[] _changes = new (long, double)[2];
    private int _count;

    public double Last { get; private set; } = double.NaN;

    public bool Is => _count > 0;

    public void Observe(long timeS, double value, long reachS)
    {
        Last = value;
        if (double.IsNaN(value) || (_count > 0 && _changes[_count - 1].Value == value)) return;
        Prune(timeS - reachS);
        if (_count == ChangesMax) Thin(timeS);
        if (_count == _changes.Length) Array.Resize(ref _changes, _count * 2);
        _changes[_count++] = (timeS, value);
    }

    /// <summary>The value that held at a time; where the sensor is younger, its first value.</summary>
    public double At(long timeS)
    {
        if (_count == 0) return double.NaN;
        int i = _count - 1;
        while (i > 0 && _changes[i].TimeS > timeS) i--;
        return _changes[i].Value;
    }

    public double Change(long timeS, long windowS) => Last - At(timeS - windowS);

    /// <summary>The sum of all rises in the window.</summary>
    public double Increase(long timeS, long windowS)
    {
        double sum = 0;
        for (int i = _count - 1; i > 0 && _changes[i].TimeS > timeS - windowS; i--) sum += Math.Max(0, _changes[i].Value - _changes[i - 1].Value);
        return _count == 0 ? double.NaN : sum;
    }

    public double Max(long timeS, long windowS)
    {
        double max = At(timeS - windowS);
        for (int i = _count - 1; i >= 0 && _changes[i].TimeS > timeS - windowS; i--) max = Math.Max(max, _changes[i].Value);
        return max;
    }

    public double Min(long timeS, long windowS)
    {
        double min = At(timeS - windowS);
        for (int i = _count - 1; i >= 0 && _changes[i].TimeS > timeS - windowS; i--) min = Math.Min(min, _changes[i].Value);
        return min;
    }

    /// <summary>Forgets what the windows no longer reach, but keeps the one value that held when they begin.</summary>
    private void Prune(long beforeS)
    {
        int keep = 0;
        while (keep + 1 < _count && _changes[keep + 1].TimeS <= beforeS) keep++;
        if (keep < 8 && keep * 2 < _count) return;
        Array.Copy(_changes, keep, _changes, 0, _count - keep);
        _count -= keep;
    }

    /// <summary>Drops the change that is missed least: the one whose neighbours lie closest together, for its age.</summary>
    private void Thin(long nowS)
    {
        int least = 1;
        double leastGap = double.MaxValue;
        for (int i = 1; i < _count - 1; i++)
        {
            double gap = (_changes[i + 1].TimeS - _changes[i - 1].TimeS) / (1.0 + nowS - _changes[i].TimeS);
            if (gap < leastGap) (least, leastGap) = (i, gap);
        }

        Array.Copy(_changes, least + 1, _changes, least, _count - least - 1);
        _count--;
    }
}
