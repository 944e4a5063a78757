using System;
using System.Linq;
using HpcVirt.Predictor.Planning;
using NUnit.Framework;

namespace HpcVirt.Predictor.Tests.Planning;

internal sealed class PlanTests
{
    private static readonly PlanOptions Usual = new()
    {
        Mtbf = TimeSpan.FromHours(24),
        Checkpoint = TimeSpan.FromSeconds(60),
        Restart = TimeSpan.FromMinutes(3),
        Downtime = TimeSpan.FromMinutes(1),
        Migration = TimeSpan.FromSeconds(30),
    };

    [Test]
    public void The_intervals_are_those_of_the_papers()
    {
        Assert.That(WasteFormulas.Young(86400, 600), Is.EqualTo(Math.Sqrt(2 * 86400.0 * 600)));
        // Daly's formula by hand: sqrt(2 C M) (1 + sqrt(x) / 3 + x / 9) - C with x = C / 2 M.
        Assert.That(WasteFormulas.Daly(86400, 600), Is.EqualTo((10182.338 * (1 + (0.0589256 / 3) + (0.00347222 / 9))) - 600).Within(0.1));
        Assert.That(WasteFormulas.WithPrediction(86400, 600, 0.75), Is.EqualTo(2 * WasteFormulas.Young(86400, 600)));
    }

    [TestCase(0, 1)]
    [TestCase(0.35, 0.35)]
    [TestCase(0.85, 0.83)]
    public void The_simulation_agrees_with_the_formula(double recall, double precision)
    {
        CheckpointPlan plan = CheckpointPlan.Make(Usual with { Recall = recall, Precision = precision });
        foreach (PlanLine line in plan.Lines)
            Assert.That(line.Waste, Is.EqualTo(line.SimulatedWaste).Within((3 * line.StandardError) + 0.0015), $"{line.Rule}: the formula leaves out terms of second order, (waste)^2 / 2");
    }

    [Test]
    public void The_interval_of_the_formula_wastes_least_in_the_simulation_too()
    {
        double best = WasteFormulas.Young(86400, 60);
        double[] wastes = [.. new[] { best / 3, best, best * 3 }.Select(interval => JobSimulation.Run(interval, Usual, 0, 1).Waste)];
        Assert.That(wastes[1], Is.LessThan(wastes[0]).And.LessThan(wastes[2]));
    }

    [Test]
    public void Prediction_pays_above_its_break_even_precision_and_not_below()
    {
        double even = CheckpointPlan.Make(Usual).BreakEvenPrecision;
        Assert.That(CheckpointPlan.Make(Usual with { Recall = 0.5, Precision = even * 1.5 }).PredictionPays, Is.True);
        Assert.That(CheckpointPlan.Make(Usual with { Recall = 0.5, Precision = even * 0.6 }).PredictionPays, Is.False);
    }

    [Test]
    public void A_job_that_cannot_get_anywhere_is_told_so() =>
        Assert.That(() => CheckpointPlan.Make(Usual with { Mtbf = TimeSpan.FromMinutes(4) }), Throws.TypeOf<PredictorException>().With.Message.Contains("smaller"));

    [Test]
    public void The_plot_shows_every_interval() =>
        Assert.That(CheckpointPlan.Make(Usual with { Recall = 0.5, Precision = 0.5 }).ToSvg().Split("<circle").Length - 1, Is.EqualTo(6));
}
