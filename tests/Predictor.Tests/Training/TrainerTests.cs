using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Predictor.Data;
using HpcVirt.Predictor.Engines.Managed;
using HpcVirt.Predictor.Evaluation;
using HpcVirt.Predictor.Explaining;
using HpcVirt.Predictor.ModelFile;
using HpcVirt.Predictor.Tests.Doubles;
using HpcVirt.Predictor.Training;
using NUnit.Framework;

namespace HpcVirt.Predictor.Tests.Training;

internal sealed class TrainerTests
{
    [Test]
    public void The_same_command_gives_the_same_bytes()
    {
        using HealthDataset dataset = Fleets.Open();
        FailurePredictor again = PredictorTrainer.Train(dataset, Fleets.Options, [new ManagedEngine()]);
        Assert.That(PredictorFile.Encode(again), Is.EqualTo(PredictorFile.Encode(Fleets.Model)));
    }

    [Test]
    public void Risks_never_fall_with_the_horizon_and_the_main_one_stands_as_it_is()
    {
        FailurePredictor model = Fleets.Model;
        Assert.That(model.AllHorizons.Select(static h => h.TotalHours), Is.EqualTo(new double[] { 6, 24, 48 }));
        var random = new Random(1);
        float[] row = new float[model.FeatureNames.Count];
        double[] main = new double[1];
        for (int i = 0; i < 500; i++)
        {
            for (int f = 0; f < row.Length; f++) row[f] = random.Next(8) == 0 ? float.NaN : model.References[f].Deciles.Count == 0 ? 0 : model.References[f].Deciles[random.Next(11)];
            IReadOnlyList<double> risks = model.RisksByHorizon(row);
            model.Risks(row, main);
            Assert.That(risks, Is.Ordered);
            Assert.That(risks[1], Is.EqualTo(main[0]));
        }
    }

    [Test]
    public void A_model_beats_the_simple_rules_and_not_the_oracle()
    {
        using HealthDataset dataset = Fleets.Open();
        EvaluationReport report = PredictorEvaluation.Run(Fleets.Model, dataset, new EvaluationOptions { Period = "test", Replicates = 50 }).Report;
        Assert.That(report.PrAuc, Is.GreaterThan(report.BestRulePrAuc));
        Assert.That(report.BestReachablePrAuc, Is.LessThan(0.6), "the fleet is hard enough");
        Assert.That(report.PrAucInterval!.Value.Low, Is.LessThan(report.PrAuc));
        Assert.That(report.PrAucInterval!.Value.High, Is.GreaterThan(report.PrAuc));
        Assert.That(report.Warnings, Is.Empty);
    }

    [Test]
    public void Evaluating_on_the_time_of_training_warns()
    {
        using HealthDataset dataset = Fleets.Open();
        EvaluationReport report = PredictorEvaluation.Run(Fleets.Model, dataset, new EvaluationOptions { Period = "train", Replicates = 0 }).Report;
        Assert.That(report.Warnings.Single(), Does.Contain("flatter"));
    }

    [Test]
    public void Every_point_is_judged_by_itself()
    {
        using var scratch = new Scratch();
        using HealthDataset dataset = Fleets.Open();
        Point[] points = [.. new PointGrid(dataset).Points(dataset.Description.Periods[86400]["test"]).Where(static (_, i) => i % 41 == 0)];
        string Row(Point p) => $"{dataset.NodeNames[p.Node]},{TimeText.Format(p.TimeS)}";
        scratch.Write("all.csv", "node,time\n" + string.Join('\n', points.Reverse().Select(Row)) + "\n");
        scratch.Write("one.csv", $"node,time\n{Row(points[7])}\n");
        _ = PointPredictions.Write(Fleets.Model, dataset, scratch.File("all.csv"), scratch.File("all.out"));
        _ = PointPredictions.Write(Fleets.Model, dataset, scratch.File("one.csv"), scratch.File("one.out"));
        string[] all = System.IO.File.ReadAllLines(scratch.File("all.out")), one = System.IO.File.ReadAllLines(scratch.File("one.out"));
        Assert.That(all[0], Is.EqualTo("node,time,risk"));
        Assert.That(all.Skip(1).Select(static l => l[..l.LastIndexOf(',')]), Is.EqualTo(points.Reverse().Select(Row)), "the same rows in the same order");
        Assert.That(all, Does.Contain(one[1]));
    }

    [Test]
    public void An_explanation_adds_up_and_speaks_in_words()
    {
        using HealthDataset dataset = Fleets.Open();
        EvaluationReport report = PredictorEvaluation.Run(Fleets.Model, dataset, new EvaluationOptions { Period = "test", Replicates = 0 }).Report;
        string[] riskiest = report.Riskiest.Split(' ');
        Explanation explanation = Explanation.At(Fleets.Model, dataset, riskiest[0], riskiest[1]);
        Assert.That(explanation.Bias + explanation.Reasons.Sum(static r => r.Contribution), Is.EqualTo(explanation.Margin).Within(1e-3));
        Assert.That(explanation.Reasons[0].Contribution, Is.GreaterThan(0));
        Assert.That(explanation.Reasons[0].Words, Does.Match("[a-z]").And.Not.Contain("NaN"));
        Assert.That(() => Explanation.At(Fleets.Model, dataset, "nobody", riskiest[1]), Throws.TypeOf<PredictorException>().With.Message.Contains("nobody"));
    }

    [Test]
    public void Walking_forward_never_judges_what_it_was_fitted_to()
    {
        foreach ((TimeRange fit, TimeRange judge) in WalkForward.Folds(new TimeRange(0, 1_000_000), 5_000, 3))
        {
            Assert.That(judge.FromS - fit.ToS, Is.GreaterThan(5_000), "one horizon lies between");
            Assert.That(judge.ToS, Is.LessThanOrEqualTo(1_000_000));
        }
    }

    [Test]
    public void Positives_that_are_too_few_are_refused_with_what_to_do()
    {
        using HealthDataset dataset = Fleets.Open();
        TrainingOptions options = Fleets.Options with { Period = null, From = "2024-01-02T00:00:00Z", To = "2024-01-02T03:00:00Z" };
        Assert.That(() => PredictorTrainer.Train(dataset, options, [new ManagedEngine()]), Throws.InstanceOf<PredictorException>().With.Message.Contains("longer"));
    }

    [Test]
    public void Thresholds_keep_to_their_budget_and_costs()
    {
        var failures = new FailureIndex([new Failure(50 * 3600, 0, 0, null, 0)], 0);
        var random = new Random(4);
        ScoredPoint[] points = [.. Enumerable.Range(0, 4000).Select(i => new ScoredPoint(i / 100, i % 100 * 3600, failures.Label(i / 100, i % 100 * 3600, 86400), random.NextDouble()))];
        var judge = new EventJudge(points, failures, 86400, 900, 3600);
        Thresholds thresholds = ThresholdChoice.Choose(judge, 2, null);
        Assert.That(thresholds.Rule, Is.EqualTo("budget"));
        Assert.That(judge.Judge(thresholds.Chosen).MigrationsPerNodeMonth, Is.LessThanOrEqualTo(2));
        Thresholds dear = ThresholdChoice.Choose(judge, null, new CostModel { Migration = TimeSpan.FromDays(3) });
        Assert.That(dear.Chosen, Is.EqualTo(1), "where no move pays, none is made");
    }
}
