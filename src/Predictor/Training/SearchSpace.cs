using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Predictor.Engines;

namespace HpcVirt.Predictor.Training;

/// <summary>The settings that the search tries: a fixed first one, then seeded draws from what has proved sensible on tables like these.</summary>
internal static class SearchSpace
{
    public static IReadOnlyList<EngineSettings> Draw(IFailureModelTrainer trainer, string? algorithm, int count, int positives, int seed)
    {
        var random = new Random((seed * 31) + 17);
        string[] algorithms = algorithm is not null ? [algorithm] : Searched(trainer);
        // Points of one node shortly after one another say the same: many positives are few failures. Small steps, part of the rows, broad leaves and strong shrinkage do not learn them by heart.
        EngineSettings usual = new() { Algorithm = algorithms[0], Trees = 300, Depth = 5, LearningRate = 0.03, RowShare = 0.5, ColumnShare = 0.3, LeafWeightMin = Math.Clamp(positives / 300.0, 3, 25), L2 = 20, Seed = seed };
        var settings = new List<EngineSettings> { usual };
        // Where precursors are sharp, deep trees with narrow leaves find them.
        if (count > 1) settings.Add(usual with { Trees = 300, Depth = 5, LearningRate = 0.05, ColumnShare = 0.5, LeafWeightMin = 2, L2 = 1 });
        for (int i = settings.Count; i < count; i++)
        {
            settings.Add(new EngineSettings
            {
                Algorithm = algorithms[i % algorithms.Length],
                Trees = Pick(random, 100, 200, 350),
                Depth = Pick(random, 3, 4, 5, 6),
                LearningRate = Pick(random, 0.03, 0.05, 0.08),
                RowShare = Pick(random, 0.6, 0.8),
                ColumnShare = Pick(random, 0.25, 0.4, 0.6),
                L2 = Pick(random, 1.0, 5.0, 20.0),
                LeafWeightMin = Pick(random, 3.0, 8.0, 20.0),
                Seed = seed,
            });
        }

        return [.. settings.Distinct()];
    }

    /// <summary>Trees of the engine's first algorithm, and their blend with straight lines where the engine has one; the others are slower and have not won.</summary>
    private static string[] Searched(IFailureModelTrainer trainer) => trainer.Algorithms.Contains("blend") ? [trainer.Algorithms[0], "blend"] : [.. trainer.Algorithms];

    private static T Pick<T>(Random random, params T[] values) => values[random.Next(values.Length)];
}
