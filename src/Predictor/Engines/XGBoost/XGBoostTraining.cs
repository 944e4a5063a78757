using System;
using System.Collections.Generic;
using System.Globalization;
using System.Runtime.InteropServices;
using HpcVirt.Predictor.Engines.XGBoost.Native;

namespace HpcVirt.Predictor.Engines.XGBoost;

/// <summary>Trains with the native library and takes the model out as JSON.</summary>
internal static class XGBoostTraining
{
    public static byte[] Train(TrainingData data, EngineSettings settings, Action<double>? onProgress)
    {
        using DMatrixHandle matrix = MatrixOf(data);
        using BoosterHandle booster = Boost(data, matrix, settings, onProgress);
        XGBoostLibrary.Check(XGBoostLibrary.XGBoosterSaveModelToBuffer(booster, "{\"format\":\"json\"}", out ulong length, out nint bytes));
        byte[] json = new byte[checked((int)length)];
        Marshal.Copy(bytes, json, 0, json.Length);
        return json;
    }

    /// <summary>The library's own margins, to hold the managed ones against.</summary>
    public static float[] NativeMargins(TrainingData data, EngineSettings settings)
    {
        using DMatrixHandle matrix = MatrixOf(data);
        using BoosterHandle booster = Boost(data, matrix, settings, null);
        const int outputMargin = 1;
        XGBoostLibrary.Check(XGBoostLibrary.XGBoosterPredict(booster, matrix, outputMargin, 0, 0, out ulong length, out nint results));
        float[] margins = new float[checked((int)length)];
        Marshal.Copy(results, margins, 0, margins.Length);
        return margins;
    }

    private static DMatrixHandle MatrixOf(TrainingData data)
    {
        ReadOnlySpan<float> values = data.Values.Span;
        // The library takes infinities silently and then trains nonsense.
        foreach (float value in values)
        {
            if (float.IsInfinity(value)) throw new PredictorException("a training row holds an infinite value; XGBoost cannot use it. Check the feature's definition.");
        }

        float[] labels = new float[data.Rows];
        for (int i = 0; i < labels.Length; i++) labels[i] = data.Labels.Span[i] ? 1 : 0;
        XGBoostLibrary.Check(XGBoostLibrary.XGDMatrixCreateFromMat(in MemoryMarshal.GetReference(values), (ulong)data.Rows, (ulong)data.Width, float.NaN, out DMatrixHandle matrix));
        XGBoostLibrary.Check(XGBoostLibrary.XGDMatrixSetFloatInfo(matrix, "label", in labels[0], (ulong)labels.Length));
        return matrix;
    }

    private static BoosterHandle Boost(TrainingData data, DMatrixHandle matrix, EngineSettings settings, Action<double>? onProgress)
    {
        nint raw = matrix.DangerousGetHandle();
        XGBoostLibrary.Check(XGBoostLibrary.XGBoosterCreate(in raw, 1, out BoosterHandle booster));
        foreach ((string name, string value) in Parameters(data, settings)) XGBoostLibrary.Check(XGBoostLibrary.XGBoosterSetParam(booster, name, value));
        for (int round = 0; round < settings.Trees; round++)
        {
            XGBoostLibrary.Check(XGBoostLibrary.XGBoosterUpdateOneIter(booster, round, matrix));
            if (round % 16 == 15) onProgress?.Invoke((round + 1) / (double)settings.Trees);
        }

        return booster;
    }

    /// <summary>Misspelt parameters pass unless asked about; these are not the user's to spell.</summary>
    private static IEnumerable<(string Name, string Value)> Parameters(TrainingData data, EngineSettings settings)
    {
        yield return ("validate_parameters", "1");
        yield return ("verbosity", "0");
        yield return ("nthread", "1");
        yield return ("objective", "binary:logistic");
        yield return ("tree_method", "hist");
        yield return ("base_score", Text(Math.Clamp(data.Positives / (double)data.Rows, 1e-6, 1 - 1e-6)));
        yield return ("max_depth", Text(settings.Depth));
        yield return ("eta", Text(settings.LearningRate));
        yield return ("subsample", Text(settings.RowShare));
        yield return ("colsample_bytree", Text(settings.ColumnShare));
        yield return ("lambda", Text(settings.L2));
        yield return ("min_child_weight", Text(settings.LeafWeightMin));
        yield return ("max_bin", Text(settings.Bins + 1));
        yield return ("seed", Text(settings.Seed));
    }

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
