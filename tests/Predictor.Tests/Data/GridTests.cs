using System.Collections.Generic;
using System.Linq;
using HpcVirt.Predictor.Data;
using HpcVirt.Predictor.Tests.Doubles;
using NUnit.Framework;

namespace HpcVirt.Predictor.Tests.Data;

internal sealed class GridTests
{
    [TestCase("disks", 720)]
    [TestCase("disks", 168)]
    [TestCase("machines", 24)]
    [TestCase("machines-telemetry", 24)]
    [TestCase("outages", 24)]
    [TestCase("outages", 168)]
    public void The_rebuilt_grid_has_the_expected_counts(string set, int horizonHours)
    {
        using var dataset = HealthDataset.Open(SharedData.Require(set), new DatasetOptions());
        var grid = new PointGrid(dataset);
        var failures = new FailureIndex(dataset.Failures, dataset.Description.MergeFailuresS);
        long horizonS = horizonHours * 3600L;
        foreach ((string period, GridCounts expected) in dataset.Description.ExpectedCounts[horizonS])
            Assert.That(grid.Count(dataset.Description.Periods[horizonS][period], failures, horizonS), Is.EqualTo(expected), period);
    }

    [Test]
    public void A_label_is_of_the_open_start_and_the_closed_end()
    {
        var failures = new FailureIndex([new Failure(100, 0, 0, null, 0)], 0);
        Assert.That(new[] { 89L, 90, 99, 100 }.Select(t => failures.Label(0, t, 10)), Is.EqualTo(new[] { false, true, true, false }));
    }

    [Test]
    public void Failures_shortly_after_another_are_the_same_failure()
    {
        long[] times = [100, 150, 200, 400];
        var failures = new FailureIndex([.. times.Select(static (t, i) => new Failure(t, 3, 0, null, i))], 60);
        Assert.That(failures.Between(0, 1000).Select(static f => f.TimeS), Is.EqualTo(new long[] { 100, 400 }), "each row is held against the row before it");
    }

    [Test]
    public void A_node_that_is_down_or_not_yet_watched_has_no_points()
    {
        using var scratch = new Scratch();
        scratch.Write("nodes.csv", "node,first_seen,observation_end\na,1970-01-01T01:00:00Z,\nb,1970-01-01T01:00:00Z,1970-01-01T05:00:00Z\n");
        scratch.Write("failures.csv", "time,node,kind,until\n7200,a,x,10800\n");
        scratch.Write("dataset.json", """{"stepHours":1,"grid":{"originUtc":"1970-01-01T00:00:00Z","observedAtLeastHours":1,"notInLastHoursOfObservation":1,"skipWhileDown":true}}""");
        using var dataset = HealthDataset.Open(scratch.Path, new DatasetOptions());
        IEnumerable<string> points = new PointGrid(dataset).Points(new TimeRange(0, 6 * 3600)).Select(p => $"{dataset.NodeNames[p.Node]}{p.TimeS / 3600}");
        Assert.That(points, Is.EqualTo(new[] { "b2", "a3", "b3", "a4", "a5", "a6" }));
    }
}
