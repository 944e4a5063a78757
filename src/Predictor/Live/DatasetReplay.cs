using System;
using System.Collections.Generic;
using System.Threading;
using HpcVirt.Predictor.Data;

namespace HpcVirt.Predictor.Live;

/// <summary>Plays a folder of health data as if it were live, at any speed, with no look at what has not happened yet.</summary>
public static class DatasetReplay
{
    /// <summary>Plays from one time to another, and judges at every step.</summary>
    /// <param name="dataset">The data.</param>
    /// <param name="watch">The watch that sees them.</param>
    /// <param name="from">The first time to judge at; null: one day after the first row.</param>
    /// <param name="to">The last one; null: the last row.</param>
    /// <param name="step">Time between two judgements.</param>
    /// <param name="speed">How many seconds of data pass in one of the clock; 0: as fast as can be.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="onJudged">Told what is known of every node at each step.</param>
    /// <param name="cancellation">Ends the playing.</param>
    public static void Play(
        HealthDataset dataset, NodeWatch watch, string? from, string? to, TimeSpan step, double speed, TimeProvider clock, Action<IReadOnlyList<NodeRisk>> onJudged, CancellationToken cancellation)
    {
        (long firstS, long lastS) = dataset.Span();
        long stepS = Math.Max(1, (long)step.TotalSeconds);
        long fromS = from is null ? firstS + 86400 : Time(from, dataset), toS = to is null ? lastS : Time(to, dataset);
        using IEnumerator<ReadingRow> readings = dataset.Readings().GetEnumerator();
        bool more = readings.MoveNext();
        int nextEvent = 0, nextFailure = 0;
        for (long timeS = (fromS + stepS - 1) / stepS * stepS; timeS <= toS; timeS += stepS)
        {
            while (true)
            {
                long failureS = nextFailure < dataset.Failures.Count ? dataset.Failures[nextFailure].TimeS : long.MaxValue;
                long eventS = nextEvent < dataset.Events.Count ? dataset.Events[nextEvent].TimeS : long.MaxValue;
                long readingS = more ? readings.Current.TimeS : long.MaxValue;
                if (Math.Min(failureS, Math.Min(eventS, readingS)) > timeS) break;
                if (failureS <= eventS && failureS <= readingS)
                {
                    Failure failure = dataset.Failures[nextFailure++];
                    watch.ObserveFailure(failure.TimeS, dataset.NodeNames[failure.Node], dataset.FailureKinds[failure.Kind], failure.UntilS);
                }
                else if (eventS <= readingS)
                {
                    HealthEvent happened = dataset.Events[nextEvent++];
                    string kind = dataset.EventTokens[happened.Kind], code = happened.Code < 0 ? "" : dataset.EventTokens[happened.Code][(kind.Length + 1)..];
                    watch.Observe(new EventObservation(happened.TimeS, dataset.NodeNames[happened.Node], kind, code, happened.Count, ""));
                }
                else
                {
                    watch.ObserveRow(readings.Current.TimeS, dataset.NodeNames[readings.Current.Node], dataset.Sensors, readings.Current.Values, dataset.IsSparse);
                    more = readings.MoveNext();
                }
            }

            onJudged(watch.Judge(timeS, 2 * step));
            if (cancellation.IsCancellationRequested) return;
            if (speed > 0) Pause(TimeSpan.FromSeconds(stepS / speed), clock, cancellation);
        }
    }

    private static void Pause(TimeSpan span, TimeProvider clock, CancellationToken cancellation)
    {
        using var over = new ManualResetEventSlim();
        using ITimer timer = clock.CreateTimer(static state => ((ManualResetEventSlim)state!).Set(), over, span, Timeout.InfiniteTimeSpan);
        over.Wait(cancellation);
    }

    private static long Time(string text, HealthDataset dataset) =>
        TimeText.TryParse(text, dataset.Options.Zone, out long timeS) ? timeS : throw new PredictorException($"'{text}' is no time; write for example 2015-06-01T00:00:00Z.");
}
