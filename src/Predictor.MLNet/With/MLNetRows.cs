using System.Collections.Generic;
using System.Linq;
using HpcVirt.Predictor.Engines;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace HpcVirt.Predictor.MLNet;

/// <summary>Rows of features as an <see cref="IDataView"/>: the column <c>Features</c>, a vector, and the column <c>Label</c>.</summary>
public static class MLNetRows
{
    /// <summary>Shows training data to ML.NET; the rows are copied as they are asked for.</summary>
    /// <param name="context">ML.NET's context.</param>
    /// <param name="data">The rows.</param>
    public static IDataView View(MLContext context, TrainingData data) => context.Data.LoadFromEnumerable(Rows(data), Schema(data.Width));

    internal static IDataView View(MLContext context, float[] values, int width) =>
        context.Data.LoadFromEnumerable(Enumerable.Range(0, values.Length / width).Select(i => new Row { Features = values[(i * width)..((i + 1) * width)] }), Schema(width));

    internal static int WidthOf(DataViewSchema input) =>
        input.GetColumnOrNull(MLNetPipeline.FeaturesColumn) is { Type: VectorDataViewType vector } ? vector.Size : 0;

    private static IEnumerable<Row> Rows(TrainingData data)
    {
        for (int row = 0; row < data.Rows; row++)
            yield return new Row { Features = data.Values.Slice(row * data.Width, data.Width).ToArray(), Label = data.Labels.Span[row] };
    }

    private static SchemaDefinition Schema(int width)
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[MLNetPipeline.FeaturesColumn].ColumnType = new VectorDataViewType(NumberDataViewType.Single, width);
        return schema;
    }

    private sealed class Row
    {
        public float[] Features { get; set; } = [];

        public bool Label { get; set; }
    }
}
