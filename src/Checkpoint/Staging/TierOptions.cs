namespace HpcVirt.Checkpoint;

/// <summary>A directory behind the memory tier to which versions are flushed: one per host, or one that all hosts share.</summary>
/// <param name="Name">What reports call it: <c>local</c>, <c>shared</c>.</param>
/// <param name="Directory">This rank's place in it.</param>
public sealed record TierOptions(string Name, ICheckpointDirectory Directory)
{
    /// <summary>Every how manieth version goes there; 1 is each.</summary>
    public int Every { get; init; } = 1;

    /// <summary>How many committed versions to keep there, at least <see cref="CheckpointOptions.MinimumKeep"/>.</summary>
    public int Keep { get; init; } = CheckpointOptions.MinimumKeep;
}
