using System;
using System.Globalization;
using System.Text;

namespace HpcVirt.Mpi.Resilience;

/// <summary>When a job stops by itself, with a checkpoint at that very step, so that its next start goes on there. By default never.</summary>
public sealed record HaltOptions
{
    /// <summary>Stop as soon as the next checkpoint is committed. Overridden by <c>HPCVIRT_STOP_AFTER_CHECKPOINT</c>: 1 or 0.</summary>
    public bool AfterNextCheckpoint { get; init; }

    /// <summary>Stop at the first safe point after this time, by rank 0's clock; null: no such time. Overridden by <c>HPCVIRT_STOP_AT</c>.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>
    /// When the job would be killed; it stops so long before that the last checkpoint and its flush, as measured in this job, fit in twice, and
    /// <see cref="Margin"/> besides. Overridden by <c>HPCVIRT_WALLTIME_END</c>, or else by Slurm's <c>SLURM_JOB_END_TIME</c>.
    /// </summary>
    public DateTimeOffset? WallTimeEnd { get; init; }

    /// <summary>What is kept free before the wall time's end besides the checkpoint: for MPI and the launcher to end. Overridden by <c>HPCVIRT_WALLTIME_MARGIN</c>.</summary>
    public TimeSpan Margin { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a checkpoint or a flush is taken to last as long as none was measured; at most an eighth of the wall time that is left at the start.</summary>
    public TimeSpan FlushGuess { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Whether a SIGTERM to any rank stops the whole job, with a checkpoint; a second one ends the rank at once. Overridden by
    /// <c>HPCVIRT_STOP_ON_SIGTERM</c>, 1 or 0; without it on within a Slurm job, whose notice of a preemption comes to the ranks.
    /// </summary>
    public bool OnTerminate { get; init; }

    /// <summary>The options as they are echoed at start; empty if the job does not stop by itself.</summary>
    /// <returns>The text.</returns>
    public override string ToString()
    {
        var text = new StringBuilder();
        if (AfterNextCheckpoint)
            text.Append(", stopping after the next checkpoint");
        if (At is { } at)
            text.Append(CultureInfo.InvariantCulture, $", stopping at {at:u}");
        if (WallTimeEnd is { } end)
            text.Append(CultureInfo.InvariantCulture, $", stopping before the wall time ends at {end:u}");
        if (OnTerminate)
            text.Append(", stopping on SIGTERM");
        return text.ToString();
    }

    /// <summary>What is wrong, or null.</summary>
    internal string? Problem() => this switch
    {
        _ when Margin < TimeSpan.Zero => $"Halt.Margin is {Margin}: it must not be negative.",
        _ when FlushGuess < TimeSpan.Zero => $"Halt.FlushGuess is {FlushGuess}: it must not be negative.",
        _ => null,
    };
}
