using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Predictor.Data;
using HpcVirt.Predictor.Features;

namespace HpcVirt.Predictor.Explaining;

/// <summary>Why a node's risk is what it is: the margin split over the features, the weightiest first, in words.</summary>
public sealed class Explanation
{
    private Explanation(double risk, IReadOnlyList<(TimeSpan, double)> risks, double margin, double bias, IReadOnlyList<Reason> reasons)
    {
        Risk = risk;
        RisksByHorizon = risks;
        Margin = margin;
        Bias = bias;
        Reasons = reasons;
    }

    /// <summary>The probability of a failure within the main horizon.</summary>
    public double Risk { get; }

    /// <summary>The risk over each horizon.</summary>
    public IReadOnlyList<(TimeSpan Horizon, double Risk)> RisksByHorizon { get; }

    /// <summary>The model's margin before calibration: the bias and all contributions together.</summary>
    public double Margin { get; }

    /// <summary>What belongs to no feature.</summary>
    public double Bias { get; }

    /// <summary>One reason a feature, the weightiest first.</summary>
    public IReadOnlyList<Reason> Reasons { get; }

    /// <summary>Explains a row of features.</summary>
    /// <param name="predictor">The predictor.</param>
    /// <param name="row">The row.</param>
    public static Explanation Of(FailurePredictor predictor, ReadOnlySpan<float> row)
    {
        double[] contributions = new double[row.Length];
        double bias = predictor.Main.Model.Explain(row, contributions);
        double[] margin = new double[1];
        predictor.Main.Model.Score(row, margin);
        float[] values = row.ToArray();
        Dictionary<string, int> indexOf = predictor.Schema.Features.Select(static (f, i) => (f.Name, i)).ToDictionary(static x => x.Name, static x => x.i);
        Reason[] reasons = [.. Enumerable.Range(0, values.Length).Select(f => new Reason(
            predictor.Schema.Features[f].Name,
            contributions[f],
            ReasonWords.Of(predictor.Schema.Features[f], values[f], predictor.References[f], spec => indexOf.TryGetValue(spec.Name, out int at) ? values[at] : null)))];
        IReadOnlyList<double> risks = predictor.RisksByHorizon(row);
        return new Explanation(
            predictor.Main.Calibration.Probability(margin[0]), [.. predictor.AllHorizons.Zip(risks)], margin[0], bias, [.. reasons.OrderByDescending(static r => Math.Abs(r.Contribution))]);
    }

    /// <summary>Explains a node of a dataset at a time, from the rows up to that time and no later.</summary>
    /// <param name="predictor">The predictor.</param>
    /// <param name="dataset">The data.</param>
    /// <param name="node">The node's name.</param>
    /// <param name="at">The time, as text.</param>
    public static Explanation At(FailurePredictor predictor, HealthDataset dataset, string node, string at)
    {
        if (!TimeText.TryParse(at, dataset.Options.Zone, out long timeS)) throw new PredictorException($"'{at}' is no time; write for example 2015-06-01T00:00:00Z.");
        dataset.ApplyTemplates(new Sources.TemplateMatcher(predictor.Schema.Templates));
        var engine = new FeatureEngine(predictor.Schema, dataset.Nodes, dataset.Sensors, dataset.EventTokens, dataset.FailureKinds, dataset.Options.Zone);
        using var replay = new Replay(dataset, engine);
        replay.AdvanceTo(timeS);
        if (dataset.Nodes.Names.Find(node) is not { } index) throw new PredictorException($"the node '{node}' is in none of the files of {dataset.Directory}; check its name.");
        float[] row = new float[engine.Width];
        engine.Sample(index, timeS, row);
        return Of(predictor, row);
    }
}
