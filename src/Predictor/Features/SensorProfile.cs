using System;
using System.Linq;
using HpcVirt.Predictor.Data;

namespace HpcVirt.Predictor.Features;

/// <summary>What a sensor looks like in training: whether it says anything, and whether it counts.</summary>
internal sealed class SensorProfile(string name)
{
    private const double FallsMax = 0.02;
    private const int RisesMin = 20;
    private const double MissingMin = 0.02;

    private long _values;
    private long _missing;
    private long _rises;
    private long _falls;
    private long _fractions;
    private double _first = double.NaN;
    private bool _varies;

    public string Name { get; } = name;

    /// <summary>A sensor that never says anything, or always the same, is left out.</summary>
    public bool IsUseful => _varies;

    public bool IsMissingAtTimes => _missing > MissingMin * (_values + _missing);

    /// <summary>A counter holds whole numbers and rises; where it falls, it was reset.</summary>
    public bool IsCounter => _fractions == 0 && _rises >= RisesMin && _falls <= FallsMax * (_rises + _falls);

    public static SensorProfile[] Of(HealthDataset dataset, long untilS, Action<string, double>? onProgress)
    {
        SensorProfile[] profiles = [.. dataset.Sensors.Select(static name => new SensorProfile(name))];
        double[][] last = [];
        foreach (ReadingRow row in dataset.Readings(onProgress))
        {
            if (row.TimeS > untilS) break;
            if (row.Node >= last.Length) Array.Resize(ref last, Math.Max(row.Node + 1, last.Length * 2));
            double[] before = last[row.Node] ??= NothingYet(profiles.Length);
            for (int i = 0; i < profiles.Length; i++) profiles[i].Observe(before, i, row.Values[i], dataset.IsSparse);
        }

        return profiles;
    }

    private static double[] NothingYet(int sensors)
    {
        double[] values = new double[sensors];
        Array.Fill(values, double.NaN);
        return values;
    }

    private void Observe(double[] before, int sensor, double value, bool isSparse)
    {
        if (double.IsNaN(value))
        {
            if (!isSparse) _missing++;
            return;
        }

        _values++;
        if (double.IsNaN(_first)) _first = value;
        else if (value != _first) _varies = true;
        if (value != Math.Floor(value)) _fractions++;
        if (value > before[sensor]) _rises++;
        if (value < before[sensor]) _falls++;
        before[sensor] = value;
    }
}
