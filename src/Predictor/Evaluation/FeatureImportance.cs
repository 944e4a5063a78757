using System;
using System.Linq;

namespace HpcVirt.Predictor.Evaluation;

/// <summary>
/// The mean size of each feature's contribution over a sample of the points with an alert: at a healthy node nearly all that can be seen is noise. Where there are few such points, over a sample of
/// all. Exact contributions are too dear for every point; the rows to choose from are a uniform sample (Vitter's algorithm R).
/// </summary>
internal sealed class FeatureImportance(FailurePredictor predictor)
{
    private const int SampledMax = 20_000;
    private const int ExplainedMax = 400;
    private const int AlertsMin = 30;

    private readonly int _width = predictor.Schema.Features.Count;
    private readonly Random _random = new(1);
    private float[] _rows = [];
    private int _seen;

    public void See(ReadOnlySpan<float> row)
    {
        int at = _seen < SampledMax ? _seen : _random.Next(_seen + 1);
        _seen++;
        if (at >= SampledMax) return;
        if ((at + 1) * _width > _rows.Length) Array.Resize(ref _rows, Math.Min(SampledMax, Math.Max(256, 2 * (at + 1))) * _width);
        row.CopyTo(_rows.AsSpan(at * _width, _width));
    }

    /// <summary>The means, and whether they are over points with an alert.</summary>
    public (double[] Mean, bool IsOfAlerts) Mean()
    {
        int count = Math.Min(_seen, SampledMax);
        double[] risks = new double[count];
        predictor.Risks(_rows.AsSpan(0, count * _width), risks);
        int[] alerts = [.. Enumerable.Range(0, count).Where(i => risks[i] >= predictor.Threshold)];
        bool isOfAlerts = alerts.Length >= AlertsMin;
        int[] from = isOfAlerts ? alerts : [.. Enumerable.Range(0, count)];
        int stride = Math.Max(1, (from.Length + ExplainedMax - 1) / ExplainedMax), explained = 0;
        double[] sums = new double[_width], own = new double[_width];
        for (int i = 0; i < from.Length; i += stride, explained++)
        {
            _ = predictor.Main.Model.Explain(_rows.AsSpan(from[i] * _width, _width), own);
            for (int f = 0; f < own.Length; f++) sums[f] += Math.Abs(own[f]);
        }

        return (Array.ConvertAll(sums, sum => sum / Math.Max(1, explained)), isOfAlerts);
    }
}
