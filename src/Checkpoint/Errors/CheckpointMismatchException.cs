namespace HpcVirt.Checkpoint;

/// <summary>
/// An intact checkpoint belongs to something else: another program, another number of ranks, or a region of another shape.
/// The store never starts over silently in that case, for the checkpoint may be months of somebody's work.
/// </summary>
public sealed class CheckpointMismatchException : CheckpointException
{
    /// <summary>Says what the checkpoint holds and what the program expects.</summary>
    public CheckpointMismatchException(string message)
        : base(message)
    {
    }
}
