using System;
using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Mpi.Resilience.Halt;

/// <summary>Rank 0's watch over the time at which the job has to stop by itself: it measures what <see cref="HaltRule"/> needs.</summary>
/// <param name="options">When to stop.</param>
/// <param name="parts">What a checkpoint consists of one after the other: the names of the tiers.</param>
/// <param name="time">The clock.</param>
internal sealed class HaltWatch(HaltOptions options, IReadOnlyList<string> parts, TimeProvider time)
{
    /// <summary>A job of few minutes would otherwise stop for want of a measurement before it had begun, and at each start anew.</summary>
    private const int GuessesInTheTimeLeft = 8;

    /// <summary>The longest of so many counts: one slow flush long ago says little.</summary>
    private const int Remembered = 8;

    private readonly Dictionary<string, Queue<TimeSpan>> _measured = [];
    private readonly TimeSpan _guess = Guess(options, time.GetUtcNow());
    private long _lookedAt;
    private bool _hasLooked;

    /// <summary>Notes how long one part of a checkpoint took.</summary>
    public void Note(string part, TimeSpan took)
    {
        if (!_measured.TryGetValue(part, out Queue<TimeSpan>? times))
            _measured[part] = times = new Queue<TimeSpan>();
        if (times.Count == Remembered)
            times.Dequeue();
        times.Enqueue(took);
    }

    /// <summary>The time of a checkpoint is not the time of a step.</summary>
    public void RestartClock() => _hasLooked = false;

    /// <summary>Null, or why to stop. Asked wherever a wish can be handed in.</summary>
    public string? Look()
    {
        TimeSpan lapse = _hasLooked ? time.GetElapsedTime(_lookedAt) : TimeSpan.Zero;
        _lookedAt = time.GetTimestamp();
        _hasLooked = true;
        return HaltRule.Judge(options, time.GetUtcNow(), lapse, Checkpoint());
    }

    private TimeSpan Checkpoint() =>
        parts.Aggregate(TimeSpan.Zero, (sum, part) => sum + (_measured.TryGetValue(part, out Queue<TimeSpan>? times) ? times.Max() : _guess));

    private static TimeSpan Guess(HaltOptions options, DateTimeOffset now)
    {
        if (options.WallTimeEnd is not { } end)
            return options.FlushGuess;
        TimeSpan part = (end - now) / GuessesInTheTimeLeft;
        return part < TimeSpan.Zero ? TimeSpan.Zero : part < options.FlushGuess ? part : options.FlushGuess;
    }
}
