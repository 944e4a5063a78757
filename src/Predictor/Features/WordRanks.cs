using System.Collections.Generic;
using System.Linq;
using HpcVirt.Predictor.Data;

namespace HpcVirt.Predictor.Features;

/// <summary>
/// What stands for the words of an attribute: their share of failing points in training, in units of the share of all and drawn towards it where a word has few
/// positives. Trees then need one cut where an arbitrary numbering needs many.
/// </summary>
internal static class WordRanks
{
    /// <summary>How many positives' worth of the overall share a word starts with.</summary>
    private const double PriorPositives = 5;

    public static IReadOnlyDictionary<string, float> Of(HealthDataset dataset, string column, PointGrid grid, FailureIndex failures, TimeRange training, long horizonS)
    {
        string[] words = dataset.Nodes.AttributeOfAll(column);
        var counts = new SortedDictionary<string, (long Points, long Positives)>(System.StringComparer.Ordinal);
        long points = 0, positives = 0;
        foreach (Point point in grid.Points(training))
        {
            bool label = failures.Label(point.Node, point.TimeS, horizonS);
            (long Points, long Positives) count = counts.GetValueOrDefault(words[point.Node]);
            counts[words[point.Node]] = (count.Points + 1, count.Positives + (label ? 1 : 0));
            points++;
            positives += label ? 1 : 0;
        }

        double share = (positives + 1) / (points + 2.0);
        return counts.Where(static c => c.Key.Length > 0).ToDictionary(
            static c => c.Key,
            c => (float)((c.Value.Positives + PriorPositives) / ((c.Value.Points * share) + PriorPositives)));
    }
}
