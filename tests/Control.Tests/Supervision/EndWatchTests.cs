using System;
using HpcVirt.Control.Supervision;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Supervision;

/// <summary>A launcher that does not end with its job.</summary>
[TestFixture]
public sealed class EndWatchTests
{
    private readonly ManualTime _time = new();
    private bool _isOver;
    private int _said;
    private EndWatch _watch = null!;

    [SetUp]
    public void Begin()
    {
        (_isOver, _said) = (false, 0);
        _watch = new EndWatch(() => _isOver, () => _said++, _time);
    }

    [TearDown]
    public void End() => _watch.Dispose();

    [Test]
    public void A_job_that_runs_is_left_alone()
    {
        _time.Advance(TimeSpan.FromHours(1));
        Assert.That(_said, Is.Zero);
    }

    [Test]
    public void What_is_over_for_a_while_is_said_once()
    {
        _isOver = true;
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.That(_said, Is.Zero, "a launcher that notices takes a moment, too");
        _time.Advance(TimeSpan.FromSeconds(2));
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.That(_said, Is.EqualTo(1));
    }

    [Test]
    public void One_who_comes_late_begins_the_while_anew()
    {
        _isOver = true;
        _time.Advance(TimeSpan.FromSeconds(2));
        _isOver = false;
        _time.Advance(TimeSpan.FromSeconds(2));
        _isOver = true;
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.That(_said, Is.Zero);
    }
}
