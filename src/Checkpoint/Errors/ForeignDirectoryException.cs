namespace HpcVirt.Checkpoint;

/// <summary>The directory holds something, but not checkpoints of ours. Nothing in it was touched.</summary>
public sealed class ForeignDirectoryException : CheckpointException
{
    /// <summary>Names the directory and what was found in it.</summary>
    public ForeignDirectoryException(string message)
        : base(message)
    {
    }
}
