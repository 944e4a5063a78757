using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Predictor.Features;
using NUnit.Framework;

namespace HpcVirt.Predictor.Tests.Features;

internal sealed class WindowTests
{
    private const long Day = 86400;

    [Test]
    public void A_counter_counts_what_lies_in_the_window_and_forgets_what_does_not()
    {
        var random = new Random(5);
        long[] windows = [3600, Day, 7 * Day];
        var counter = new WindowCounter(windows);
        var all = new List<(long TimeS, float Count)>();
        long nowS = 1_000_000;
        for (int i = 0; i < 3000; i++)
        {
            nowS += random.Next(1, 4000);
            if (random.Next(3) > 0)
            {
                counter.Add(nowS, 1 + random.Next(3));
                all.Add((nowS, 0));
                all[^1] = (nowS, (float)(counter.Total - all.SkipLast(1).Sum(static e => (double)e.Count)));
            }

            for (int w = 0; w < windows.Length; w++)
            {
                long partS = WindowCounter.PartS(windows[w]), first = ((nowS / partS) - WindowCounter.Parts + 1) * partS;
                Assert.That(counter.Count(w, nowS), Is.EqualTo(all.Where(e => e.TimeS >= first).Sum(static e => e.Count)));
            }
        }

        Assert.That(counter.Count(0, nowS + (2 * Day)), Is.Zero);
    }

    [Test]
    public void A_reset_counter_has_risen_by_what_it_shows_now()
    {
        var sampled = new SampledWindows([Day]);
        foreach ((long hour, double value) in (ReadOnlySpan<(long, double)>)[(1, 100), (2, 110), (3, 4), (4, 9)]) sampled.Observe(hour * 3600, value);
        Assert.That(sampled.Figures(0, 4 * 3600).Increase, Is.EqualTo(19));
    }

    [Test]
    public void A_missing_value_is_not_zero()
    {
        var sampled = new SampledWindows([Day]);
        sampled.Observe(3600, 40);
        sampled.Observe(7200, double.NaN);
        Assert.That(sampled.Last, Is.NaN);
        Assert.That(sampled.Figures(0, 7200).Mean, Is.EqualTo(40));
        Assert.That(new SampledWindows([Day]).Figures(0, 7200).Mean, Is.NaN);
    }

    [Test]
    public void A_line_has_its_slope()
    {
        var sampled = new SampledWindows([Day]);
        for (int hour = 0; hour < 24; hour++) sampled.Observe((100 * Day) + (hour * 3600), 20 + (0.5 * hour));
        WindowFigures figures = sampled.Figures(0, (100 * Day) + (23 * 3600));
        Assert.That(figures.Slope, Is.EqualTo(0.5).Within(1e-6));
        Assert.That((figures.Min, figures.Max, figures.Mean), Is.EqualTo((20.0, 31.5, 25.75)));
    }

    [Test]
    public void A_held_sensor_changes_against_the_value_that_held_then()
    {
        var held = new HeldHistory();
        held.Observe(10 * Day, 5, 90 * Day);
        held.Observe(20 * Day, 8, 90 * Day);
        held.Observe(40 * Day, 6, 90 * Day);
        Assert.That(held.Change(41 * Day, 7 * Day), Is.EqualTo(-2));
        Assert.That(held.Change(41 * Day, 30 * Day), Is.EqualTo(1));
        Assert.That(held.Change(41 * Day, 90 * Day), Is.EqualTo(1), "against the first value where the sensor is younger");
        Assert.That((held.Max(41 * Day, 30 * Day), held.Increase(41 * Day, 30 * Day)), Is.EqualTo((8.0, 3.0)));
    }

    [Test]
    public void A_sensor_that_never_rests_takes_bounded_memory_and_keeps_what_holds_now()
    {
        var held = new HeldHistory();
        for (int i = 0; i < 100_000; i++) held.Observe(i * 10, i, 365 * Day);
        Assert.That(held.Last, Is.EqualTo(99_999));
        Assert.That(held.At(999_990), Is.EqualTo(99_999));
        Assert.That(held.Change(999_990, 900_000), Is.EqualTo(90_000).Within(5000));
    }

    [Test]
    public void The_fleets_mean_does_not_depend_on_the_order_of_reports()
    {
        var random = new Random(9);
        double[] values = [.. Enumerable.Range(0, 500).Select(_ => random.NextDouble() * 1e9)];
        var forward = new FleetMoments();
        var backward = new FleetMoments();
        foreach (double value in values) forward.Replace(double.NaN, value);
        foreach (double value in values.Reverse()) backward.Replace(double.NaN, value);
        for (int i = 0; i < 1000; i++)
        {
            backward.Replace(values[i % 500], 1e17);
            backward.Replace(1e17, values[i % 500]);
        }

        Assert.That(backward.Deviation(5), Is.EqualTo(forward.Deviation(5)), "and an outlier that comes and goes leaves no trace");
    }
}
