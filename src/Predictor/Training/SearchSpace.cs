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
        string[] algorithms = algorithm is not null ? [algorithm] : trainer.Name == "managed" ? ["boosting", "blend"] : [.. trainer.Algorithms];
        // Points of one node shortly after one another say the same: many positives are few failures, and small trees with broad leaves do not learn them by heart.
        var usual = new EngineSettings { Algorithm = algorithms[0], Depth = 4, ColumnShare = 0.4, LeafWeightMin = positives < 3000 ? 8 : 15, L2 = 2, Seed = seed };
        var settings = new List<EngineSettings> { usual };
        for (int i = 1; i < count; i++)
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

    private static T Pick<T>(Random random, params T[] values) => values[random.Next(values.Length)];
}
