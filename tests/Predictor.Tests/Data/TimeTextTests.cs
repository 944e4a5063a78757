using System;
using HpcVirt.Predictor.Data;
using NUnit.Framework;

namespace HpcVirt.Predictor.Tests.Data;

internal sealed class TimeTextTests
{
    [TestCase("2015-01-01T06:00:00Z", 1420092000)]
    [TestCase("2015-01-01T07:00:00+01:00", 1420092000)]
    [TestCase("2015-01-01 06:00:00Z", 1420092000)]
    [TestCase("2016-02-29T23:59:59Z", 1456790399)]
    [TestCase("1420092000", 1420092000)]
    [TestCase("1420092000.7", 1420092000)]
    public void A_time_with_a_zone_is_read(string text, long expectedS)
    {
        Assert.That(TimeText.TryParse(text, TimeZoneInfo.Utc, out long timeS), Is.True);
        Assert.That(timeS, Is.EqualTo(expectedS));
    }

    [TestCase("")]
    [TestCase("yesterday")]
    [TestCase("2015-13-01T06:00:00Z")]
    [TestCase("2015-02-29T06:00:00Z")]
    [TestCase("2015-01-01T24:00:00Z")]
    [TestCase("1815-01-01T06:00:00Z")]
    [TestCase("-5")]
    [TestCase("1e300")]
    public void What_is_no_time_is_refused(string text) => Assert.That(TimeText.TryParse(text, TimeZoneInfo.Utc, out _), Is.False);

    [Test]
    public void A_time_without_a_zone_is_of_the_zone_given_also_in_summer()
    {
        TimeZoneInfo berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        Assert.That(TimeText.TryParse("2015-01-01T07:00:00", berlin, out long winterS), Is.True);
        Assert.That(TimeText.TryParse("2015-07-01T08:00:00", berlin, out long summerS), Is.True);
        Assert.That((TimeText.Format(winterS), TimeText.Format(summerS)), Is.EqualTo(("2015-01-01T06:00:00Z", "2015-07-01T06:00:00Z")));
        Assert.That(TimeText.TryParse("2015-03-29T02:30:00", berlin, out _), Is.False, "the clock skipped it");
    }

    [Test]
    public void The_fast_way_agrees_with_the_general_one()
    {
        var random = new Random(3);
        for (int i = 0; i < 20_000; i++)
        {
            long timeS = random.NextInt64(0, 4_102_444_800);
            Assert.That(TimeText.TryParse(TimeText.Format(timeS), TimeZoneInfo.Utc, out long read), Is.True);
            Assert.That(read, Is.EqualTo(timeS));
        }
    }

    [TestCase("90s", 90)]
    [TestCase("15m", 900)]
    [TestCase("1d12h", 129600)]
    [TestCase("0.5h", 1800)]
    public void A_duration_is_read(string text, double seconds) => Assert.That(DurationText.Parse(text, "it").TotalSeconds, Is.EqualTo(seconds));

    [TestCase("")]
    [TestCase("24")]
    [TestCase("h")]
    [TestCase("5 weeks")]
    public void What_is_no_duration_is_refused_with_examples(string text) =>
        Assert.That(() => DurationText.Parse(text, "--horizon"), Throws.TypeOf<PredictorException>().With.Message.Contains("30d"));
}
