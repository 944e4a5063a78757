using System;
using HpcVirt.Hypervisor.Qemu;
using NUnit.Framework;

namespace HpcVirt.Hypervisor.Tests.Qemu;

/// <summary>When a job is asked for silence: shortly before a window of QEMU's ends, and not much later in any case.</summary>
[TestFixture]
internal sealed class SendWindowTests
{
    private const int LookEveryMs = 4;

    [Test]
    public void Silence_is_asked_for_shortly_before_the_end_of_a_window([Range(0, 96, 8)] int beginsToWaitMs)
    {
        int waitsFromMs = 1000 + beginsToWaitMs, askedAtMs = AskedAt(new SendWindow(), waitsFromMs, changesEveryMs: 100);
        Assert.That(askedAtMs % 100, Is.InRange(48, 60));
        Assert.That(askedAtMs - waitsFromMs, Is.LessThan(100));
    }

    [Test]
    public void While_no_window_has_ended_silence_is_asked_for_at_once() =>
        Assert.That(AskedAt(new SendWindow(), 40, changesEveryMs: 1000), Is.EqualTo(40));

    [Test]
    public void Silence_is_asked_for_although_the_moment_is_missed_again_and_again()
    {
        var window = new SendWindow();
        Look(window, 0, 1);
        Look(window, 100, 2);
        for (int now = 200; now < 400; now += 100) Assert.That(window.IsTimeToAsk(TimeSpan.FromMilliseconds(now)), Is.False);
        Assert.That(window.IsTimeToAsk(TimeSpan.FromMilliseconds(500)), Is.True);
    }

    private static int AskedAt(SendWindow window, int waitsFromMs, int changesEveryMs)
    {
        for (int now = 0; now < 10_000; now += LookEveryMs)
        {
            Look(window, now, now / changesEveryMs);
            if (now >= waitsFromMs && window.IsTimeToAsk(TimeSpan.FromMilliseconds(now))) return now;
        }

        throw new AssertionException("never asked");
    }

    private static void Look(SendWindow window, int nowMs, double rate) => window.See(rate, TimeSpan.FromMilliseconds(nowMs));
}
