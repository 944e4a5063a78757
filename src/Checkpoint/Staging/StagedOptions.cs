using System;

namespace HpcVirt.Checkpoint;

/// <summary>How a <see cref="StagedStore"/> behaves. Immutable; the same on all ranks.</summary>
public sealed record StagedOptions
{
    /// <summary>The fewest slots: one holds the newest version while the next is written.</summary>
    public const int MinimumSlots = 2;

    /// <summary>The program's name. A checkpoint of another program is refused.</summary>
    public required string Program { get; init; }

    /// <summary>
    /// Slots of the memory tier, each as large as the protected state: three keep two committed versions while one is written; two keep one,
    /// for those who lack the memory.
    /// </summary>
    public int Slots { get; init; } = 3;

    /// <summary>How the memory tier is protected against the loss of hosts.</summary>
    public RedundancyScheme Scheme { get; init; } = RedundancyScheme.None;

    /// <summary>How many members of a failure group may be lost at once, for <see cref="RedundancyScheme.ReedSolomon"/>.</summary>
    public int Losses { get; init; } = 2;

    /// <summary>The most members of a failure group. Larger groups take less memory, and fewer of them may be lost together.</summary>
    public int GroupSizeMax { get; init; } = 8;

    /// <summary>
    /// From a rank and the name of its host: the name of what it dies with (a host, a rack, a switch); null: the host's name. Ranks of one name
    /// are never in one failure group.
    /// </summary>
    public Func<int, string, string>? FailureDomain { get; init; }

    /// <summary>Whether to begin at the first step when checkpoints exist but none verifies.</summary>
    public bool StartOverIfNoneVerifies { get; init; }

    /// <summary>
    /// How many starts of the job a version may have of which none has committed anything newer; after them the version before it is tried, for
    /// this one may be what makes the program fail. 0: any number. The oldest version is tried for ever.
    /// </summary>
    public int StartsPerVersion { get; init; } = CheckpointOptions.DefaultStartsPerVersion;

    /// <summary>
    /// Whether the start before this one was ended by something outside the program, such as the loss of a host: it does not count in
    /// <see cref="StartsPerVersion"/>, for it says nothing about the version.
    /// </summary>
    public bool ForgivesLastStart { get; init; }

    /// <summary>How long one rank waits for another behind the program's back before the job's checkpoints are given up.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How changes are to be found; null: in the best way that this machine has. A kind that it lacks is refused at opening.</summary>
    public TrackingKind? Tracking { get; init; }

    /// <summary>Whether changes are looked for at all: <see cref="TrackingKind.None"/> by another name.</summary>
    public bool TrackChanges
    {
        get => Tracking != TrackingKind.None;
        init => Tracking = value ? null : TrackingKind.None;
    }

    /// <summary>Whether shards are compressed on their way to the directories behind memory.</summary>
    public CompressionMode Compression { get; init; } = CompressionMode.Off;

    /// <summary>Whether ranks on one host may read each other's slots as memory; off for tests of what hosts do that share none.</summary>
    public bool ShareMemory { get; init; } = true;

    /// <summary>What is wrong with these options, or null.</summary>
    public string? Problem() => this switch
    {
        { Slots: < MinimumSlots } => $"The option Slots is {Slots}; at least {MinimumSlots} are needed, one to hold a version while the next is written.",
        { Losses: < 1 } => $"The option Losses is {Losses}; a scheme that bears no loss is RedundancyScheme.None.",
        { GroupSizeMax: < 2 or > 128 } => $"The option GroupSizeMax is {GroupSizeMax}; a failure group has 2 to 128 members.",
        { Scheme: RedundancyScheme.ReedSolomon } when Losses >= GroupSizeMax =>
            $"The option Losses is {Losses} for groups of at most {GroupSizeMax}; a group must have more members than it may lose.",
        { StartsPerVersion: < 0 } => $"The option StartsPerVersion is {StartsPerVersion}; give how often a version may be started from in vain, or 0 for any number.",
        _ when Deadline <= TimeSpan.Zero => $"The option Deadline is {Deadline}; it must be more than zero.",
        _ => null,
    };
}
