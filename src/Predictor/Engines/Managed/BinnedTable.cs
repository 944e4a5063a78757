using System;
using System.Linq;

namespace HpcVirt.Predictor.Engines.Managed;

/// <summary>
/// The training rows as bins of one byte. Bin 0 holds missing values; the others are cut at quantiles. Kept twice: row by row for histograms, column by
/// column for splitting rows.
/// </summary>
internal sealed class BinnedTable
{
    public const int BinsMax = 256;
    private const int SampleRows = 200_000;

    private BinnedTable(int rows, int width)
    {
        Rows = rows;
        Width = width;
        ByRow = new byte[(long)rows * width];
        ByColumn = new byte[(long)rows * width];
        Cuts = new float[width][];
        HasMissing = new bool[width];
    }

    public int Rows { get; }

    public int Width { get; }

    public byte[] ByRow { get; }

    public byte[] ByColumn { get; }

    /// <summary>Per feature: a value below Cuts[b] lies in bin b + 1 or below.</summary>
    public float[][] Cuts { get; }

    public bool[] HasMissing { get; }

    public static BinnedTable Of(TrainingData data, int binsMax)
    {
        var table = new BinnedTable(data.Rows, data.Width);
        ReadOnlySpan<float> values = data.Values.Span;
        int stride = Math.Max(1, data.Rows / SampleRows);
        float[] sample = new float[(data.Rows + stride - 1) / stride];
        for (int f = 0; f < data.Width; f++)
        {
            int kept = 0;
            for (int row = 0; row < data.Rows; row += stride)
            {
                float value = values[(row * data.Width) + f];
                if (!float.IsNaN(value)) sample[kept++] = value;
            }

            Array.Sort(sample, 0, kept);
            table.Cuts[f] = CutsOf(sample.AsSpan(0, kept), binsMax - 1);
            table.FillColumn(values, f);
        }

        return table;
    }

    /// <summary>Cuts between distinct values: all of them if they are few, else such that bins hold about the same number of rows.</summary>
    internal static float[] CutsOf(ReadOnlySpan<float> sorted, int binsMax)
    {
        if (sorted.Length == 0) return [];
        int distinct = 1;
        for (int i = 1; i < sorted.Length; i++) distinct += sorted[i] != sorted[i - 1] ? 1 : 0;
        var cuts = new System.Collections.Generic.List<float>(Math.Min(distinct, binsMax));
        double perBin = sorted.Length / (double)binsMax;
        double next = distinct <= binsMax ? 0 : perBin;
        for (int i = 1; i < sorted.Length; i++)
        {
            if (sorted[i] == sorted[i - 1] || i < next) continue;
            cuts.Add(Between(sorted[i - 1], sorted[i]));
            if (distinct > binsMax) next = Math.Max(next + perBin, i + (perBin / 2));
        }

        return [.. cuts.Take(binsMax - 1)];
    }

    /// <summary>A number above the lower and at most the upper value, so that <c>x &lt; cut</c> parts them also where their middle is not a float.</summary>
    private static float Between(float lower, float upper)
    {
        float middle = lower + ((upper - lower) / 2);
        return middle > lower && float.IsFinite(middle) ? middle : upper;
    }

    private void FillColumn(ReadOnlySpan<float> values, int feature)
    {
        float[] cuts = Cuts[feature];
        long column = (long)feature * Rows;
        bool hasMissing = false;
        for (int row = 0; row < Rows; row++)
        {
            float value = values[(row * Width) + feature];
            byte bin = float.IsNaN(value) ? (byte)0 : (byte)(Below(cuts, value) + 1);
            hasMissing |= bin == 0;
            ByRow[((long)row * Width) + feature] = bin;
            ByColumn[column + row] = bin;
        }

        HasMissing[feature] = hasMissing;
    }

    /// <summary>How many cuts are at or below a value.</summary>
    private static int Below(float[] cuts, float value)
    {
        int low = 0, high = cuts.Length;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (cuts[middle] <= value) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
