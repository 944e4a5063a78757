using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Linq;
using HpcVirt.Predictor.Engines;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace HpcVirt.Predictor.MLNet;

/// <summary>
/// Trains several trainers on rows that are prepared once, and joins them into one ordinary ML.NET model: each leaves its score in a column of its own, and an expression makes
/// <c>Score</c> of them, the weighted mean of their log-odds, and from it <c>Probability</c> and <c>PredictedLabel</c>.
/// </summary>
[SuppressMessage("Reliability", "CA2000", Justification = "Transformers hold nothing that must be freed; the chain that is returned owns them.")]
internal static class MLNetMembers
{
    /// <summary>What a linear member counts in a blend. Straight lines hold on where trees have seen too few failures.</summary>
    private const double LinearWeight = 0.35;

    /// <summary>Whether settings ask for more than one trainer.</summary>
    public static bool AreSeveral(EngineSettings settings) => settings.Algorithm == MLNetPipeline.Blend || (settings.Bags > 1 && IsRandom(settings));

    /// <summary>Trains all members.</summary>
    public static ITransformer Train(MLContext context, EngineSettings settings, IDataView view, Action<double>? onProgress)
    {
        bool isBlend = settings.Algorithm == MLNetPipeline.Blend;
        string trees = isBlend || settings.Algorithm.Length == 0 ? MLNetPipeline.Algorithms[0] : settings.Algorithm;
        List<(string Algorithm, EngineSettings Settings)> members = [.. Enumerable.Range(0, settings.Bags).Select(bag => (trees, settings with { Seed = (settings.Seed * 7919) + bag }))];
        if (isBlend) members.Add(("lbfgs", settings));

        TransformerChain<ColumnConcatenatingTransformer> prepared = MLNetPipeline.Preparation(context).Fit(view);
        IDataView ready = context.Data.Cache(prepared.Transform(view));
        var chain = new List<ITransformer> { prepared };
        var scales = new List<double>();
        for (int i = 0; i < members.Count; i++)
        {
            ITransformer member = MLNetPipeline.Trainer(context, members[i].Algorithm, members[i].Settings).Fit(ready);
            chain.Add(member);
            chain.Add(context.Transforms.CopyColumns(Score(i), "Score").Fit(member.Transform(ready)));
            scales.Add(MLNetParts.Of(member).Single().Scale);
            onProgress?.Invoke((i + 1) / (double)members.Count);
        }

        double[] weights = Weights(isBlend ? settings.Bags : members.Count, isBlend ? 1 : 0);
        string names = string.Join(',', Enumerable.Range(0, members.Count).Select(static i => $"s{i}"));
        string sum = string.Join('+', Enumerable.Range(0, members.Count).Select(i => string.Create(CultureInfo.InvariantCulture, $"s{i}*{(float)(weights[i] * scales[i]):F9}f")));
        IDataView scored = new TransformerChain<ITransformer>([.. chain]).Transform(ready);
        EstimatorChain<ExpressionTransformer> joined = context.Transforms.Expression("Score", $"({names})=>{sum}", [.. Enumerable.Range(0, members.Count).Select(Score)])
            .Append(context.Transforms.Expression("Probability", "s=>1f/(1f+exp(-s))", "Score"))
            .Append(context.Transforms.Expression("PredictedLabel", "s=>s>0f", "Score"));
        chain.Add(joined.Fit(scored));
        return new TransformerChain<ITransformer>([.. chain]);
    }

    /// <summary>What each member counts: those of trees first, then the linear ones.</summary>
    public static double[] Weights(int trees, int linear)
    {
        double shareOfLinear = trees == 0 ? 1 : linear == 0 ? 0 : LinearWeight;
        return [.. Enumerable.Repeat((1 - shareOfLinear) / Math.Max(1, trees), trees), .. Enumerable.Repeat(shareOfLinear / Math.Max(1, linear), linear)];
    }

    // Without randomness, bags would be the same model over and over.
    private static bool IsRandom(EngineSettings settings) => settings.Algorithm is "" or "lightgbm" or "fasttree" or "fastforest";

    private static string Score(int member) => $"Score{member}";
}
