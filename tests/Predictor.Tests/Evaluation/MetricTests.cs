using System;
using System.Linq;
using HpcVirt.Predictor.Data;
using HpcVirt.Predictor.Evaluation;
using NUnit.Framework;

namespace HpcVirt.Predictor.Tests.Evaluation;

internal sealed class MetricTests
{
    [Test]
    public void Average_precision_groups_ties()
    {
        // By hand: the first group holds one positive of two points, the second one of one.
        Assert.That(RankMetrics.AveragePrecision([0.9, 0.9, 0.5, 0.1], [true, false, true, false]), Is.EqualTo((0.5 * 0.5) + (2.0 / 3 * 0.5)).Within(1e-12));
        Assert.That(RankMetrics.AveragePrecision([1, 1, 1, 1], [true, false, false, false]), Is.EqualTo(0.25));
        Assert.That(RankMetrics.AveragePrecision([1, 2], [false, false]), Is.NaN);
    }

    [Test]
    public void Roc_area_is_the_chance_that_a_positive_scores_above_a_negative()
    {
        var random = new Random(2);
        double[] scores = [.. Enumerable.Range(0, 300).Select(_ => (double)random.Next(20))];
        bool[] labels = [.. scores.Select(s => random.Next(20) < s)];
        double wins = 0, pairs = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            for (int j = 0; j < scores.Length; j++)
            {
                if (!labels[i] || labels[j]) continue;
                pairs++;
                wins += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
            }
        }

        Assert.That(RankMetrics.RocArea(scores, labels), Is.EqualTo(wins / pairs).Within(1e-12));
    }

    [Test]
    public void Weights_count_as_copies_do()
    {
        double[] scores = [5, 4, 3, 2, 1];
        bool[] labels = [true, false, true, false, false];
        double weighted = RankMetrics.AveragePrecision(scores, labels, [1, 3, 1, 3, 3]);
        double copied = RankMetrics.AveragePrecision([5, 4, 4, 4, 3, 2, 2, 2, 1, 1, 1], [true, false, false, false, true, false, false, false, false, false, false]);
        Assert.That(weighted, Is.EqualTo(copied).Within(1e-12));
    }

    [Test]
    public void Events_are_judged_as_an_operator_feels_them()
    {
        // A point an hour, horizon 4 h, lead 1 h. Node 0 fails at 10 h, node 1 never, node 2 has no points and fails at 5 h.
        var failures = new FailureIndex([new Failure(10 * 3600, 0, 0, null, 0), new Failure(5 * 3600, 2, 1, null, 1)], 0);
        double[] riskOf0 = [0, 0, 0, 0, 0, 0, 0, 0.8, 0.9, 0.9, 0, 0], riskOf1 = [0.9, 0.9, 0, 0, 0, 0.9, 0, 0, 0, 0, 0, 0];
        ScoredPoint[] points =
        [
            .. riskOf0.Select((risk, hour) => new ScoredPoint(0, hour * 3600, failures.Label(0, hour * 3600, 4 * 3600), risk)),
            .. riskOf1.Select((risk, hour) => new ScoredPoint(1, hour * 3600, failures.Label(1, hour * 3600, 4 * 3600), risk)),
        ];
        var judge = new EventJudge(points, failures, 4 * 3600, 3600, 3600);

        EventOutcome outcome = judge.Judge(0.5);

        Assert.That((outcome.Failures, outcome.Caught), Is.EqualTo((2, 1)), "a failure of a node without points counts, and is missed");
        Assert.That((outcome.Migrations, outcome.RightMigrations), Is.EqualTo((3, 1)), "node 1 moves at 0 and again at 5 h, node 0 once");
        Assert.That(outcome.MedianLeadHours, Is.EqualTo(3));
        Assert.That(outcome.FalseAlarmsPerNodeMonth, Is.EqualTo(2 / (24 / 730.0)).Within(1e-9));
        Assert.That(judge.Judge(0.95).Caught, Is.Zero);
    }

    [Test]
    public void An_alert_that_comes_too_late_catches_nothing()
    {
        var failures = new FailureIndex([new Failure(10 * 3600, 0, 0, null, 0)], 0);
        ScoredPoint[] points = [.. Enumerable.Range(0, 12).Select(hour => new ScoredPoint(0, hour * 3600, failures.Label(0, hour * 3600, 4 * 3600), hour == 9 ? 1 : 0))];
        Assert.That(new EventJudge(points, failures, 4 * 3600, 2 * 3600, 3600).Judge(0.5).Caught, Is.Zero);
        Assert.That(new EventJudge(points, failures, 4 * 3600, 1 * 3600, 3600).Judge(0.5).Caught, Is.EqualTo(1));
    }

    [Test]
    public void The_bootstrap_draws_whole_nodes()
    {
        // One node holds all positives: draws without it have no score, so the interval is that of its points alone.
        ScoredPoint[] points = [.. Enumerable.Range(0, 400).Select(static i => new ScoredPoint(i / 100, i, i < 100 && i % 4 == 0, i < 100 ? 1 : 0))];
        Interval interval = new Bootstrap(points, 300, seed: 1).AveragePrecision();
        Assert.That((interval.Low, interval.High), Is.EqualTo((0.25, 0.25)));
    }

    [Test]
    public void Value_is_failures_caught_less_moves()
    {
        var costs = new CostModel { JobNodes = 10, CheckpointInterval = TimeSpan.FromHours(2), Restart = TimeSpan.FromHours(1), Migration = TimeSpan.FromMinutes(6) };
        Assert.That((costs.FailureNodeHours, costs.MigrationNodeHours, costs.BreakEvenPrecision), Is.EqualTo((20.0, 1.0, 0.05)));
    }
}
