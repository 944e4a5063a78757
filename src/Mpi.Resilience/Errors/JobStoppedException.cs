namespace HpcVirt.Mpi.Resilience;

/// <summary>
/// Ends the program on all ranks at the same safe point because somebody asked for it; the state is saved. An exception, so that nothing behind
/// the loop runs and takes a half-done state for a result. <see cref="ResilientJob.Run(string[], ResilientOptions, System.Action{ResilientJob})"/> catches it.
/// </summary>
public sealed class JobStoppedException : ResilienceException
{
    internal JobStoppedException(long step, bool saved)
        : base(saved
            ? $"The job was asked to stop and did so before step {step}; the next start continues there."
            : $"The job was asked to stop and did so before step {step}; nothing newer than the last checkpoint could be saved, the next start continues from that.")
    {
        Step = step;
        IsSaved = saved;
    }

    /// <summary>The first step that was not run.</summary>
    public long Step { get; }

    /// <summary>Whether the state before <see cref="Step"/> is in a committed checkpoint.</summary>
    public bool IsSaved { get; }
}
