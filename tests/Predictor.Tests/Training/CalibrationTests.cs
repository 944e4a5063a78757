using System;
using System.Linq;
using HpcVirt.Predictor.Training;
using NUnit.Framework;

namespace HpcVirt.Predictor.Tests.Training;

internal sealed class CalibrationTests
{
    [TestCase(1500, 3.0)]
    [TestCase(60_000, 1.0)]
    public void Probabilities_are_what_happens(int rows, double sharper)
    {
        (double[] margins, bool[] labels) = Made(rows, sharper, seed: 1);
        var calibration = Calibration.Fit(margins, labels);
        (double[] later, bool[] truths) = Made(60_000, sharper, seed: 2);
        double[] risks = [.. later.Select(calibration.Probability)];
        for (double from = 0; from < 0.6; from += 0.1)
        {
            int[] own = [.. Enumerable.Range(0, risks.Length).Where(i => risks[i] >= from && risks[i] < from + 0.1)];
            if (own.Length < 500) continue;
            Assert.That(own.Average(i => truths[i] ? 1.0 : 0), Is.EqualTo(own.Average(i => risks[i])).Within(0.07), $"risks from {from:0.0}");
        }
    }

    [Test]
    public void The_order_of_margins_is_the_order_of_risks_everywhere()
    {
        foreach (int rows in (int[])[300, 60_000])
        {
            (double[] margins, bool[] labels) = Made(rows, 1, seed: 3);
            var calibration = Calibration.Fit(margins, labels);
            Assert.That(calibration.Problem(), Is.Null);
            double before = -1;
            for (double margin = -14; margin < 14; margin += 0.001)
            {
                double risk = calibration.Probability(margin);
                Assert.That(risk, Is.GreaterThan(before).And.LessThan(1), $"margin {margin}");
                before = risk;
            }
        }
    }

    [Test]
    public void No_risk_is_exactly_0_or_1()
    {
        double[] margins = [.. Enumerable.Range(0, 2000).Select(static i => i / 100.0)];
        var calibration = Calibration.Fit(margins, [.. margins.Select(static m => m > 10)]);
        Assert.That(calibration.Probability(-1e6), Is.GreaterThan(0));
        Assert.That(calibration.Probability(1e6), Is.LessThan(1));
    }

    [Test]
    public void A_few_negatives_at_the_bottom_do_not_raise_what_lies_above_them()
    {
        // One in fifty is positive whatever the margin, but for the lowest: four negatives cannot show that they are rarer than one in ten.
        const int Rows = 40_000;
        double[] margins = [.. Enumerable.Range(0, Rows).Select(static i => i / 1000.0)];
        bool[] labels = [.. Enumerable.Range(0, Rows).Select(static i => i >= 4 && i % 50 == 4)];
        var calibration = Calibration.Fit(margins, labels);
        Assert.That(margins.Average(calibration.Probability), Is.EqualTo(0.02).Within(0.002));
    }

    [Test]
    public void Without_positives_margins_stay_log_odds() =>
        Assert.That(Calibration.Fit([1, 2], [false, false]).Probability(0), Is.EqualTo(0.5));

    private static (double[] Margins, bool[] Labels) Made(int rows, double sharper, int seed)
    {
        var random = new Random(seed);
        double[] logOdds = [.. Enumerable.Range(0, rows).Select(_ => -2 + (2 * (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5)))];
        return ([.. logOdds.Select(l => (l * sharper) + 1)], [.. logOdds.Select(l => random.NextDouble() < 1 / (1 + Math.Exp(-l)))]);
    }
}
