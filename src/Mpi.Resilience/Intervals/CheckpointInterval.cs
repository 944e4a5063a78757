using System;
using System.Globalization;

namespace HpcVirt.Mpi.Resilience;

/// <summary>
/// When to checkpoint: by time, by steps, at the optimum for a given mean time between failures, or only when asked.
/// </summary>
public abstract record CheckpointInterval
{
    private CheckpointInterval()
    {
    }

    /// <summary>Only when somebody asks.</summary>
    public static CheckpointInterval WhenAsked { get; } = new WhenAskedInterval();

    /// <summary>At the first safe point after so much time. Rank 0's clock decides for all.</summary>
    /// <param name="interval">Time between the end of one checkpoint and the next; more than zero.</param>
    /// <returns>The interval.</returns>
    public static CheckpointInterval Every(TimeSpan interval) => interval > TimeSpan.Zero
        ? new TimeInterval(interval)
        : throw new ArgumentOutOfRangeException(nameof(interval), interval, "A checkpoint interval must be more than zero.");

    /// <summary>Before every step whose number divides by <paramref name="steps"/>, step 0 excepted.</summary>
    /// <param name="steps">Steps between checkpoints; at least 1.</param>
    /// <returns>The interval.</returns>
    public static CheckpointInterval EverySteps(long steps) => steps > 0
        ? new StepInterval(steps)
        : throw new ArgumentOutOfRangeException(nameof(steps), steps, "A checkpoint interval must be at least one step.");

    /// <summary>
    /// At Young's and Daly's optimum sqrt(2 MTBF C), where C is the cost of a checkpoint as measured in this job (Young 1974; Daly 2006).
    /// </summary>
    /// <param name="meanTimeBetweenFailures">Of the whole job, all its nodes together; more than zero.</param>
    /// <returns>The interval.</returns>
    public static CheckpointInterval Optimal(TimeSpan meanTimeBetweenFailures) => meanTimeBetweenFailures > TimeSpan.Zero
        ? new OptimalInterval(meanTimeBetweenFailures)
        : throw new ArgumentOutOfRangeException(nameof(meanTimeBetweenFailures), meanTimeBetweenFailures, "The mean time between failures must be more than zero.");

    /// <summary>Reads <c>30s</c>, <c>5m</c>, <c>2h</c>, <c>250ms</c>, <c>100 steps</c>, <c>mtbf 24h</c> or <c>never</c>.</summary>
    /// <param name="text">The text, as given by <see cref="object.ToString"/>.</param>
    /// <returns>The interval.</returns>
    /// <exception cref="FormatException">The text is none of these.</exception>
    public static CheckpointInterval Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string trimmed = text.Trim();
        if (trimmed.Equals("never", StringComparison.OrdinalIgnoreCase))
            return WhenAsked;
        if (trimmed.EndsWith("steps", StringComparison.OrdinalIgnoreCase) && long.TryParse(trimmed[..^5], NumberStyles.Integer, CultureInfo.InvariantCulture, out long steps) && steps > 0)
            return EverySteps(steps);
        if (trimmed.StartsWith("mtbf", StringComparison.OrdinalIgnoreCase) && Durations.TryParse(trimmed[4..], out TimeSpan mtbf))
            return Optimal(mtbf);
        if (Durations.TryParse(trimmed, out TimeSpan interval))
            return Every(interval);
        throw new FormatException($"\"{text}\" is no checkpoint interval. Write 30s, 5m, 2h, 250ms, 100 steps, mtbf 24h, or never.");
    }

    /// <summary>The time to let pass between two checkpoints, or null when time plays no part.</summary>
    /// <param name="cost">The cost of the newest checkpoint, or null before the first.</param>
    internal virtual TimeSpan? Period(TimeSpan? cost) => null;

    /// <summary>Whether a checkpoint is due before a step whatever the clock says; the same on all ranks.</summary>
    internal virtual bool IsDueBefore(long step) => false;

    private sealed record WhenAskedInterval : CheckpointInterval
    {
        public override string ToString() => "never";
    }

    private sealed record TimeInterval(TimeSpan Interval) : CheckpointInterval
    {
        internal override TimeSpan? Period(TimeSpan? cost) => Interval;

        public override string ToString() => Durations.Format(Interval);
    }

    private sealed record StepInterval(long Steps) : CheckpointInterval
    {
        internal override bool IsDueBefore(long step) => step > 0 && step % Steps == 0;

        public override string ToString() => $"{Steps} steps";
    }

    private sealed record OptimalInterval(TimeSpan MeanTimeBetweenFailures) : CheckpointInterval
    {
        // Before the first checkpoint nothing is measured: one second is of the right order for a first guess, and is wrong only once.
        private static readonly TimeSpan CostGuess = TimeSpan.FromSeconds(1);

        internal override TimeSpan? Period(TimeSpan? cost) =>
            TimeSpan.FromSeconds(Math.Sqrt(2 * MeanTimeBetweenFailures.TotalSeconds * Math.Max((cost ?? CostGuess).TotalSeconds, 1e-3)));

        public override string ToString() => $"mtbf {Durations.Format(MeanTimeBetweenFailures)}";
    }
}
