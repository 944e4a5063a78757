namespace HpcVirt.Checkpoint;

/// <summary>How a store behaves. Immutable; the same on all ranks.</summary>
public sealed record CheckpointOptions
{
    /// <summary>The least number of versions that may be kept: one to fall back to while the newest may be damaged.</summary>
    public const int MinimumKeep = 2;

    /// <summary>The program's name. A checkpoint of another program is refused.</summary>
    public required string Program { get; init; }

    /// <summary>
    /// Which start of the job this is, larger than at any start before in the same directory; null: one above the newest found.
    /// </summary>
    public long? Attempt { get; init; }

    /// <summary>How many committed versions to keep, at least <see cref="MinimumKeep"/>.</summary>
    public int Keep { get; init; } = MinimumKeep;

    /// <summary>
    /// Whether to begin at the first step when checkpoints exist but none verifies. The default is to refuse, because starting
    /// over throws away work that somebody may still be able to repair.
    /// </summary>
    public bool StartOverIfNoneVerifies { get; init; }

    /// <summary>Whether shards are compressed on their way to the directory.</summary>
    public CompressionMode Compression { get; init; } = CompressionMode.Off;

    /// <summary>What <see cref="StartsPerVersion"/> is unless said otherwise.</summary>
    public const int DefaultStartsPerVersion = 3;

    /// <summary>
    /// How many starts of the job a version may have of which none has committed anything newer; after them the version before it is tried, for
    /// this one may be what makes the program fail. 0: any number. The oldest version is tried for ever.
    /// </summary>
    public int StartsPerVersion { get; init; } = DefaultStartsPerVersion;

    /// <summary>
    /// Whether the start before this one was ended by something outside the program, such as the loss of a host: it does not count in
    /// <see cref="StartsPerVersion"/>, for it says nothing about the version.
    /// </summary>
    public bool ForgivesLastStart { get; init; }

    /// <summary>What is wrong with these options, or null.</summary>
    public string? Problem() => this switch
    {
        { Program: null or "" } => "The option Program is empty; name the program, so that foreign checkpoints are recognised.",
        _ when System.Text.Encoding.UTF8.GetByteCount(Program) > Formats.Manifest.MaximumProgramBytes =>
            $"The option Program takes more than {Formats.Manifest.MaximumProgramBytes} bytes; choose a shorter name.",
        { Attempt: < 1 } => $"The option Attempt is {Attempt}; attempts count from 1.",
        { Keep: < MinimumKeep } =>
            $"The option Keep is {Keep}; keep at least {MinimumKeep}, so that one is left when the newest turns out damaged.",
        { StartsPerVersion: < 0 } => $"The option StartsPerVersion is {StartsPerVersion}; give how often a version may be started from in vain, or 0 for any number.",
        _ => null,
    };
}
