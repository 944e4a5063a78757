using System;
using System.Collections.Generic;

namespace HpcVirt.Predictor.Evaluation;

/// <summary>How well scores rank: average precision (PR-AUC) and the area under the ROC curve. Equal scores are one group: their order says nothing.</summary>
internal static class RankMetrics
{
    /// <summary>Sum over groups of equal scores of precision times the rise in recall; NaN without a positive.</summary>
    public static double AveragePrecision(double[] scores, bool[] labels, double[]? weights = null)
    {
        (double[] sorted, int[] order) = Sort(scores);
        double positives = 0, seen = 0, sum = 0, total = 0;
        for (int i = 0; i < labels.Length; i++) total += labels[i] ? Weight(weights, i) : 0;
        if (total == 0) return double.NaN;
        for (int i = 0; i < order.Length;)
        {
            double group = 0;
            int j = i;
            for (; j < order.Length && sorted[j] == sorted[i]; j++)
            {
                double weight = Weight(weights, order[j]);
                seen += weight;
                group += labels[order[j]] ? weight : 0;
            }

            positives += group;
            if (group > 0) sum += positives / seen * group / total;
            i = j;
        }

        return sum;
    }

    /// <summary>The chance that a positive scores above a negative, a tie counting half; NaN without one of either.</summary>
    public static double RocArea(double[] scores, bool[] labels)
    {
        (double[] sorted, int[] order) = Sort(scores);
        double positives = 0, negatives = 0, area = 0;
        for (int i = 0; i < order.Length;)
        {
            double groupPositives = 0, groupNegatives = 0;
            int j = i;
            for (; j < order.Length && sorted[j] == sorted[i]; j++)
            {
                if (labels[order[j]]) groupPositives++;
                else groupNegatives++;
            }

            area += groupNegatives * (positives + (groupPositives / 2));
            positives += groupPositives;
            negatives += groupNegatives;
            i = j;
        }

        return positives == 0 || negatives == 0 ? double.NaN : area / (positives * negatives);
    }

    /// <summary>Recall and precision at each distinct score, from the highest down.</summary>
    public static IEnumerable<(double Score, double Recall, double Precision)> Curve(double[] scores, bool[] labels)
    {
        (double[] sorted, int[] order) = Sort(scores);
        double total = 0, positives = 0;
        foreach (bool label in labels) total += label ? 1 : 0;
        for (int i = 0; i < order.Length;)
        {
            int j = i;
            for (; j < order.Length && sorted[j] == sorted[i]; j++) positives += labels[order[j]] ? 1 : 0;
            yield return (sorted[i], total == 0 ? 0 : positives / total, positives / j);
            i = j;
        }
    }

    private static double Weight(double[]? weights, int at) => weights is null ? 1 : weights[at];

    private static (double[] Sorted, int[] Order) Sort(double[] scores)
    {
        int[] order = new int[scores.Length];
        double[] keys = new double[scores.Length];
        for (int i = 0; i < scores.Length; i++)
        {
            order[i] = i;
            keys[i] = -scores[i];
        }

        Array.Sort(keys, order);
        for (int i = 0; i < keys.Length; i++) keys[i] = -keys[i];
        return (keys, order);
    }
}
