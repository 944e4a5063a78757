namespace HpcVirt.Checkpoint;

/// <summary>A file of a checkpoint is not what its format demands: damaged, truncated, or of another kind.</summary>
public sealed class CheckpointFormatException : CheckpointException
{
    /// <summary>Names the file, the place in it, and what is wrong there.</summary>
    /// <param name="file">The file's path inside its directory.</param>
    /// <param name="offsetBytes">Where in the file the trouble was seen.</param>
    /// <param name="reason">What is wrong there, without the file's name.</param>
    /// <param name="region">The region it belongs to, or null for the frame around the regions.</param>
    public CheckpointFormatException(string file, long offsetBytes, string reason, string? region = null)
        : base($"{file}, offset {offsetBytes}{(region is null ? "" : $", region '{region}'")}: {reason}")
    {
        File = file;
        OffsetBytes = offsetBytes;
        Reason = reason;
        Region = region;
    }

    /// <summary>The file's path inside its directory.</summary>
    public string File { get; }

    /// <summary>Where in the file the trouble was seen, in bytes from its start.</summary>
    public long OffsetBytes { get; }

    /// <summary>What is wrong, without the file's name.</summary>
    public string Reason { get; }

    /// <summary>The region the bytes belong to, or null for the frame around the regions.</summary>
    public string? Region { get; }
}
