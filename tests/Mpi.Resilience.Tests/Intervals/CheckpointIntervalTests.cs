using System;
using NUnit.Framework;

namespace HpcVirt.Mpi.Resilience.Tests.Intervals;

[TestFixture]
internal sealed class CheckpointIntervalTests
{
    [TestCase("30s")]
    [TestCase("5m")]
    [TestCase("2h")]
    [TestCase("250ms")]
    [TestCase("1500ms")]
    [TestCase("100 steps")]
    [TestCase("mtbf 1d")]
    [TestCase("never")]
    public void An_interval_reads_back_what_it_writes(string text)
    {
        CheckpointInterval interval = CheckpointInterval.Parse(text);
        Assert.That(CheckpointInterval.Parse(interval.ToString()!), Is.EqualTo(interval));
        Assert.That(interval.ToString(), Is.EqualTo(text));
    }

    [TestCase("")]
    [TestCase("5")]
    [TestCase("0 steps")]
    [TestCase("-3s")]
    [TestCase("mtbf")]
    [TestCase("often")]
    public void What_is_no_interval_is_refused_with_examples(string text) =>
        Assert.That(() => CheckpointInterval.Parse(text), Throws.TypeOf<FormatException>().With.Message.Contains("100 steps"));

    [Test]
    public void Steps_are_due_before_every_multiple_but_not_before_the_first_step()
    {
        CheckpointInterval interval = CheckpointInterval.EverySteps(10);
        Assert.That(interval.IsDueBefore(0), Is.False);
        Assert.That(interval.IsDueBefore(10), Is.True);
        Assert.That(interval.IsDueBefore(15), Is.False);
        Assert.That(interval.Period(TimeSpan.FromSeconds(1)), Is.Null);
    }

    [Test]
    public void The_optimum_is_youngs_formula_of_the_measured_cost()
    {
        CheckpointInterval interval = CheckpointInterval.Optimal(TimeSpan.FromHours(24));
        Assert.That(interval.Period(TimeSpan.FromSeconds(600))!.Value.TotalSeconds, Is.EqualTo(Math.Sqrt(2 * 86400.0 * 600)).Within(1e-3));
    }

    [Test]
    public void A_checkpoint_that_costs_nothing_measurable_does_not_make_the_period_zero() =>
        Assert.That(CheckpointInterval.Optimal(TimeSpan.FromHours(1)).Period(TimeSpan.Zero), Is.GreaterThan(TimeSpan.FromSeconds(1)));
}
