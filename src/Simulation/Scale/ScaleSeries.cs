using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace HpcVirt.Simulation.Scale;

/// <summary>The cost of silence from few ranks to many: a table and a plot.</summary>
internal static class ScaleSeries
{
    public const int RanksMin = 64;
    public const int RanksMax = 1 << 20;

    private const int Factor = 4;
    private const string TableName = "quiesce-scale.md";
    private const string PlotName = "quiesce-scale.svg";

    /// <summary>Simulates every number of ranks with two kinds of traffic. True when no checker found a fault.</summary>
    public static bool Write(ScaleSetup setup, int ranksMax, string directory, Func<ScaleSetup, ScaleResult> run)
    {
        var results = new List<ScaleResult>();
        foreach (int dimensions in (int[])[2, 3])
        {
            for (int ranks = RanksMin; ranks <= ranksMax; ranks *= Factor)
                results.Add(run(setup with { Ranks = ranks, Dimensions = dimensions, Traffic = Traffic.Neighbours }));
        }

        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, TableName), ScaleTable.Of(results, setup.Seed, ranksMax, PlotName));
        File.WriteAllText(Path.Combine(directory, PlotName), ScalePlot.Of(results));
        return results.All(static result => result.Findings.Count == 0 && result.IsSilent);
    }
}
