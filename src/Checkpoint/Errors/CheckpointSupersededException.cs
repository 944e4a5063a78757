namespace HpcVirt.Checkpoint;

/// <summary>A newer attempt of the job owns the directory; this one must end.</summary>
public sealed class CheckpointSupersededException : CheckpointException
{
    /// <summary>Names both attempts.</summary>
    public CheckpointSupersededException(string message)
        : base(message)
    {
    }
}
