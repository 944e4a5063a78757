using System;
using System.Collections.Immutable;
using BinParameters = Microsoft.ML.Transforms.NormalizingTransformer.BinNormalizerModelParameters<System.Collections.Immutable.ImmutableArray<float>>;

namespace HpcVirt.Predictor.MLNet;

/// <summary>A linear model of ML.NET on binned inputs, computed by our own code: the same scores, without a data view around every row.</summary>
internal sealed class MLNetLinear
{
    private readonly double[] _weights;
    private readonly double _bias;
    private readonly BinParameters? _bins;

    /// <summary>Takes a linear member over.</summary>
    /// <param name="part">The member.</param>
    /// <param name="weight">What its log-odds count.</param>
    public MLNetLinear(MLNetPart part, double weight)
    {
        _weights = new double[part.Linear!.Weights.Count];
        for (int i = 0; i < _weights.Length; i++) _weights[i] = part.Linear.Weights[i] * part.Scale * weight;
        _bias = part.Linear.Bias * part.Scale * weight;
        _bins = part.Bins?.GetNormalizerModelParameters(0) switch
        {
            BinParameters bins => bins,
            null => null,
            _ => throw new PredictorException("the ML.NET model's inputs are not binned as this program bins them; train again."),
        };
    }

    /// <summary>The margin of a row whose missing values are filled and marked.</summary>
    public double Score(ReadOnlySpan<float> input)
    {
        double margin = _bias;
        for (int i = 0; i < input.Length; i++) margin += _weights[i] * Binned(i, input[i]);
        return margin;
    }

    /// <summary>Adds each input's contribution; returns what belongs to no input.</summary>
    public double Explain(ReadOnlySpan<float> input, Span<double> contributions)
    {
        for (int i = 0; i < input.Length; i++) contributions[i] += _weights[i] * Binned(i, input[i]);
        return _bias;
    }

    private float Binned(int input, float value)
    {
        if (_bins is null) return value;
        ImmutableArray<float> bounds = _bins.UpperBounds[input];
        int low = 0, high = bounds.Length - 1;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (bounds[middle] >= value) high = middle;
            else low = middle + 1;
        }

        return (low / _bins.Density[input]) - (_bins.Offset.IsDefaultOrEmpty ? 0 : _bins.Offset[input]);
    }
}
