using System;

namespace HpcVirt.Checkpoint;

/// <summary>The ranks' own connections failed: a rank is lost, late, or is not who it says it is.</summary>
public sealed class MeshException : CheckpointException
{
    /// <summary>Says which rank, during what, and what to do.</summary>
    public MeshException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
