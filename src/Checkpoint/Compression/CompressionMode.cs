namespace HpcVirt.Checkpoint;

/// <summary>Whether shards are compressed on their way to directories. Memory tiers never are.</summary>
public enum CompressionMode
{
    /// <summary>Never.</summary>
    Off,

    /// <summary>
    /// Where it makes the writing faster, by what was measured: the speed of the directory at earlier checkpoints, and on samples of the state the speed
    /// and the gain of what the machine has.
    /// </summary>
    Automatic,

    /// <summary>Always by LZ4, blocks that do not become smaller excepted. Refused where the machine lacks liblz4.</summary>
    Lz4,

    /// <summary>Always by Zstandard, blocks that do not become smaller excepted. Refused where the machine lacks libzstd.</summary>
    Zstd,
}
