using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Predictor.Data;
using HpcVirt.Predictor.Features;
using HpcVirt.Predictor.Tests.Doubles;
using NUnit.Framework;

namespace HpcVirt.Predictor.Tests.Features;

/// <summary>Offline and live are one code path, and no feature looks ahead.</summary>
internal sealed class StreamingTests
{
    [Test]
    public void Streaming_equals_offline_at_every_point()
    {
        using HealthDataset dataset = Fleets.Open();
        FeatureSchema schema = Fleets.Model.Schema;
        (TimeRange range, Point[] points) = Points(dataset, every: 1);
        Dictionary<Point, float[]> offline = Offline(dataset, schema, points);

        // As a collector sees it: everything in the order of arrival, and a sample of a node whenever one is asked for.
        FeatureEngine engine = NewEngine(dataset, schema);
        int compared = 0, nextFailure = 0, nextEvent = 0;
        using IEnumerator<ReadingRow> readings = dataset.Readings().GetEnumerator();
        bool more = readings.MoveNext();
        float[] row = new float[engine.Width];
        foreach (Point point in points)
        {
            while (nextFailure < dataset.Failures.Count && dataset.Failures[nextFailure].TimeS <= point.TimeS) engine.Observe(dataset.Failures[nextFailure++]);
            while (nextEvent < dataset.Events.Count && dataset.Events[nextEvent].TimeS <= point.TimeS) engine.Observe(dataset.Events[nextEvent++]);
            while (more && readings.Current.TimeS <= point.TimeS)
            {
                engine.Observe(readings.Current, dataset.IsSparse);
                more = readings.MoveNext();
            }

            engine.Sample(point.Node, point.TimeS, row);
            Assert.That(Same(row, offline[point]), Is.True, () => $"{point}: {Difference(schema, row, offline[point])}");
            compared++;
        }

        Assert.That(compared, Is.GreaterThan(10_000), $"points of {range}");
    }

    [Test]
    public void No_feature_looks_ahead()
    {
        using HealthDataset dataset = Fleets.Open();
        FeatureSchema schema = Fleets.Model.Schema;
        (_, Point[] points) = Points(dataset, every: 397);
        Dictionary<Point, float[]> whole = Offline(dataset, schema, points);
        foreach (Point point in points.Where(static (_, i) => i % 7 == 0))
        {
            // The engine is shown what was known at the point, and nothing of what came after.
            FeatureEngine engine = NewEngine(dataset, schema);
            foreach (Failure failure in dataset.Failures.TakeWhile(f => f.TimeS <= point.TimeS))
                engine.Observe(failure with { UntilS = failure.UntilS > point.TimeS ? long.MaxValue : failure.UntilS });
            foreach (HealthEvent happened in dataset.Events.TakeWhile(e => e.TimeS <= point.TimeS)) engine.Observe(happened);
            foreach (ReadingRow reading in dataset.Readings().TakeWhile(r => r.TimeS <= point.TimeS)) engine.Observe(reading, dataset.IsSparse);
            float[] row = new float[engine.Width];
            engine.Sample(point.Node, point.TimeS, row);
            Assert.That(Same(row, whole[point]), Is.True, () => $"{point}: {Difference(schema, row, whole[point])}");
        }
    }

    [Test]
    public void Asking_about_a_node_changes_nothing()
    {
        using HealthDataset dataset = Fleets.Open();
        FeatureSchema schema = Fleets.Model.Schema;
        (_, Point[] points) = Points(dataset, every: 1);
        Point[] few = [.. points.Where(static (_, i) => i % 991 == 0)];
        Dictionary<Point, float[]> asked = Offline(dataset, schema, points), alone = Offline(dataset, schema, few);
        foreach (Point point in few) Assert.That(Same(asked[point], alone[point]), Is.True, () => $"{point}: {Difference(schema, asked[point], alone[point])}");
    }

    private static (TimeRange Range, Point[] Points) Points(HealthDataset dataset, int every)
    {
        TimeRange range = dataset.Description.Periods[86400]["refit"];
        return (range, [.. new PointGrid(dataset).Points(range).Where((_, i) => i % every == 0)]);
    }

    private static FeatureEngine NewEngine(HealthDataset dataset, FeatureSchema schema) =>
        new(schema, dataset.Nodes, dataset.Sensors, dataset.EventTokens, dataset.FailureKinds, TimeZoneInfo.Utc);

    private static Dictionary<Point, float[]> Offline(HealthDataset dataset, FeatureSchema schema, Point[] points)
    {
        var rows = new Dictionary<Point, float[]>();
        _ = PointScoring.Run(dataset, schema, points, [], (i, row) => rows.Add(points[i], row.ToArray()));
        return rows;
    }

    private static bool Same(float[] a, float[] b) => a.AsSpan().SequenceEqual(b) || a.Zip(b).All(static x => x.First.Equals(x.Second));

    private static string Difference(FeatureSchema schema, float[] a, float[] b) =>
        string.Join(", ", schema.Names.Select((name, i) => (name, i)).Where(x => !a[x.i].Equals(b[x.i])).Select(x => $"{x.name}: {a[x.i]} and {b[x.i]}").Take(5));
}
