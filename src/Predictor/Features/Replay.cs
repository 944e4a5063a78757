using System;
using System.Collections.Generic;
using HpcVirt.Predictor.Data;

namespace HpcVirt.Predictor.Features;

/// <summary>Feeds a dataset to a feature engine in the order of time: first failures, then events, then readings of one second.</summary>
internal sealed class Replay : IDisposable
{
    private readonly HealthDataset _dataset;
    private readonly IEnumerator<ReadingRow> _readings;
    private bool _hasReading;
    private int _nextEvent;
    private int _nextFailure;

    public Replay(HealthDataset dataset, FeatureEngine engine, Action<string, double>? onProgress = null)
    {
        _dataset = dataset;
        Engine = engine;
        _readings = dataset.Readings(onProgress).GetEnumerator();
        _hasReading = _readings.MoveNext();
    }

    public FeatureEngine Engine { get; }

    /// <summary>Observes everything up to a time, which is included.</summary>
    public void AdvanceTo(long timeS)
    {
        // The kinds do not share state at equal times, but one order, always the same, is easier to be sure of.
        while (true)
        {
            long failureS = _nextFailure < _dataset.Failures.Count ? _dataset.Failures[_nextFailure].TimeS : long.MaxValue;
            long eventS = _nextEvent < _dataset.Events.Count ? _dataset.Events[_nextEvent].TimeS : long.MaxValue;
            long readingS = _hasReading ? _readings.Current.TimeS : long.MaxValue;
            if (Math.Min(failureS, Math.Min(eventS, readingS)) > timeS) return;
            if (failureS <= eventS && failureS <= readingS)
            {
                Engine.Observe(_dataset.Failures[_nextFailure++]);
            }
            else if (eventS <= readingS)
            {
                Engine.Observe(_dataset.Events[_nextEvent++]);
            }
            else
            {
                Engine.Observe(_readings.Current, _dataset.IsSparse);
                _hasReading = _readings.MoveNext();
            }
        }
    }

    public void Dispose() => _readings.Dispose();
}
