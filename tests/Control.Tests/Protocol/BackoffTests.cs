using System;
using HpcVirt.Control.Protocol;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Protocol;

[TestFixture]
public sealed class BackoffTests
{
    [Test]
    public void Delays_double_within_their_jitter_and_are_bounded()
    {
        var random = new Random(1);
        for (int failures = 1; failures < 100; failures++)
        {
            double ceiling = Math.Min(30, 0.5 * Math.Pow(2, failures - 1));
            Assert.That(Backoff.Default.DelayAfter(failures, random).TotalSeconds, Is.InRange(ceiling / 2, ceiling));
        }
    }

    [Test]
    public void The_same_seed_gives_the_same_delays()
    {
        var first = new Random(9);
        var second = new Random(9);
        for (int failures = 1; failures < 10; failures++)
            Assert.That(Backoff.Default.DelayAfter(failures, first), Is.EqualTo(Backoff.Default.DelayAfter(failures, second)));
    }
}
