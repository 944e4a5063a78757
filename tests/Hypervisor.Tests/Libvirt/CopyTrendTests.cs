using HpcVirt.Hypervisor.Libvirt;
using NUnit.Framework;

namespace HpcVirt.Hypervisor.Tests.Libvirt;

/// <summary>The end of a copy is seen coming, whatever the guest writes.</summary>
[TestFixture]
public sealed class CopyTrendTests
{
    private const long Mib = 1 << 20;

    [Test]
    public void A_copy_gets_slower_the_less_is_left_and_is_near_its_end_when_that_is_small()
    {
        var trend = new CopyTrend(150 * Mib, 16 * Mib);
        double first = trend.TaperedBytesPerSecond;
        Assert.That(trend.IsToBeSlowedDown(At(1, 101)), Is.False);
        Assert.That(trend.IsToBeSlowedDown(At(1, 100)), Is.True);
        trend.SlowDown(At(1, 100));
        Assert.That(trend.TaperedBytesPerSecond, Is.EqualTo(first * 2 / 3).Within(1));
        Assert.That(trend.IsToBeSlowedDown(At(1, 99)), Is.False);
        Assert.That(trend.IsNearItsEnd(At(2, 17)), Is.False);
        Assert.That(trend.IsNearItsEnd(At(2, 16)), Is.True);
    }

    /// <summary>Empty pages cannot be slowed down, and come in the first pass.</summary>
    [Test]
    public void In_the_first_pass_the_end_is_near_when_four_times_as_much_is_left()
    {
        var trend = new CopyTrend(160 * Mib, 16 * Mib);
        Assert.That(trend.IsNearItsEnd(At(1, 65)), Is.False);
        Assert.That(trend.IsNearItsEnd(At(1, 64)), Is.True);
    }

    [Test]
    public void Before_the_first_pass_nothing_is_left_to_send_and_nothing_is_near_its_end()
    {
        var trend = new CopyTrend(160 * Mib, 16 * Mib);
        Assert.That(trend.IsNearItsEnd(At(0, 0)), Is.False);
        Assert.That(trend.IsToBeSlowedDown(At(0, 0)), Is.False);
    }

    [Test]
    public void A_rest_that_shrinks_from_pass_to_pass_is_waited_for_and_one_that_does_not_is_the_end()
    {
        var shrinks = new CopyTrend(160 * Mib, 16 * Mib);
        var stays = new CopyTrend(160 * Mib, 16 * Mib);
        for (int pass = 1, rest = 160; pass <= 6; pass++, rest = rest * 4 / 5) Assert.That(shrinks.IsNearItsEnd(At(pass, rest)), Is.False, $"pass {pass}");
        for (int pass = 1; pass <= 3; pass++) Assert.That(stays.IsNearItsEnd(At(pass, 100)), Is.False, $"pass {pass}");
        Assert.That(stays.IsNearItsEnd(At(4, 95)), Is.True);
    }

    private static JobStatistics At(int passes, long restMib) => new() { TotalBytes = 160 * Mib, Passes = passes, RestBytes = restMib * Mib };
}
