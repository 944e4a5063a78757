namespace HpcVirt.Checkpoint;

/// <summary>How a save ended, the same on every rank.</summary>
public enum SaveOutcome
{
    /// <summary>Every rank's shard is on disk, the vote passed, and at least one place holds the record under its final name.</summary>
    Committed,

    /// <summary>It was not committed. Everything older is kept, and the job may go on.</summary>
    Failed,

    /// <summary>A newer attempt of the job owns the directory. This one must end.</summary>
    Superseded,
}
