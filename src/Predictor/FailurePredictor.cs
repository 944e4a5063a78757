using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Predictor.Features;
using HpcVirt.Predictor.Training;

namespace HpcVirt.Predictor;

/// <summary>A trained predictor: features of a node in, risks over its horizons out. Made by training or by loading a model file; may be used by several threads at once.</summary>
public sealed class FailurePredictor
{
    private readonly int _main;

    internal FailurePredictor(
        FeatureSchema schema, IReadOnlyList<HorizonModel> horizons, long mainHorizonS, long leadS, long stepS, Thresholds thresholds, IReadOnlyList<FeatureReference> references, TrainingRecord record)
    {
        Schema = schema;
        Horizons = [.. horizons.OrderBy(static h => h.HorizonS)];
        MainHorizonS = mainHorizonS;
        LeadS = leadS;
        StepS = stepS;
        Thresholds = thresholds;
        References = references;
        Record = record;
        _main = Horizons.ToList().FindIndex(h => h.HorizonS == mainHorizonS);
    }

    /// <summary>The horizon that alerts go by.</summary>
    public TimeSpan Horizon => TimeSpan.FromSeconds(MainHorizonS);

    /// <summary>How long before a failure an alert must stand to count as caught in training: what time there is to act.</summary>
    public TimeSpan Lead => TimeSpan.FromSeconds(LeadS);

    /// <summary>The step of the grid that it was trained on.</summary>
    public TimeSpan Step => TimeSpan.FromSeconds(StepS);

    /// <summary>All horizons that a risk is given for, the shortest first.</summary>
    public IReadOnlyList<TimeSpan> AllHorizons => [.. Horizons.Select(static h => TimeSpan.FromSeconds(h.HorizonS))];

    /// <summary>The risk at and above which an alert stands.</summary>
    public double Threshold => Thresholds.Chosen;

    /// <summary>The engine that trained it.</summary>
    public string Engine => Record.Engine;

    /// <summary>The names of the features, in the order of a row.</summary>
    public IReadOnlyList<string> FeatureNames => Schema.Names;

    /// <summary>One paragraph on what it is and how it came about.</summary>
    public string Describe()
    {
        string metrics = string.Join(", ", Record.Metrics.Select(static m => $"{m.Key} {m.Value:0.####}"));
        return $"engine {Record.Engine} ({Record.EngineReason}), {Record.Settings.Algorithm}, {Schema.Features.Count} features, {Record.Points} points, {Record.Positives} positive, {Record.From} .. {Record.To}\n"
            + $"horizons {string.Join(", ", AllHorizons.Select(Data.DurationText.Format))}; threshold {Threshold:0.#####} by {Thresholds.Rule}; {metrics}";
    }

    internal FeatureSchema Schema { get; }

    internal IReadOnlyList<HorizonModel> Horizons { get; }

    internal long MainHorizonS { get; }

    internal long LeadS { get; }

    internal long StepS { get; }

    internal Thresholds Thresholds { get; }

    internal IReadOnlyList<FeatureReference> References { get; }

    internal TrainingRecord Record { get; }

    internal HorizonModel Main => Horizons[_main];

    /// <summary>The risks of rows over the main horizon: the probability that a failure starts within it.</summary>
    /// <param name="rows">The rows' features, one row after the other; NaN is a missing value.</param>
    /// <param name="risks">One risk a row.</param>
    public void Risks(ReadOnlySpan<float> rows, Span<double> risks)
    {
        HorizonModel main = Main;
        main.Model.Score(rows, risks);
        for (int i = 0; i < risks.Length; i++) risks[i] = main.Calibration.Probability(risks[i]);
    }

    /// <summary>
    /// The risks of one row over all horizons, the shortest first. They never fall with the horizon: the main one stands as it is, shorter ones are at most, longer ones at least, what
    /// their neighbour towards it is.
    /// </summary>
    /// <param name="row">The row's features.</param>
    public IReadOnlyList<double> RisksByHorizon(ReadOnlySpan<float> row)
    {
        double[] risks = new double[Horizons.Count];
        Span<double> one = stackalloc double[1];
        for (int h = 0; h < risks.Length; h++)
        {
            Horizons[h].Model.Score(row, one);
            risks[h] = Horizons[h].Calibration.Probability(one[0]);
        }

        for (int h = _main - 1; h >= 0; h--) risks[h] = Math.Min(risks[h], risks[h + 1]);
        for (int h = _main + 1; h < risks.Length; h++) risks[h] = Math.Max(risks[h], risks[h - 1]);
        return risks;
    }
}
