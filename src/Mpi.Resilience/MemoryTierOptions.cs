using System;
using System.IO;
using HpcVirt.Checkpoint;

namespace HpcVirt.Mpi.Resilience;

/// <summary>
/// Checkpoints in memory first: the program stands still only while its changed pages are copied, and
/// <see cref="ResilientOptions.CheckpointDirectory"/> gets every <see cref="FlushEvery"/>th version from there.
/// </summary>
public sealed record MemoryTierOptions
{
    /// <summary>What stands for the rank's number in <see cref="Directory"/>.</summary>
    public const string RankPlaceholder = "{rank}";

    /// <summary>
    /// A directory on a tmpfs of every host, such as <c>/dev/shm/myjob</c>. With <c>{rank}</c> in it each rank has one of its own, and counts as
    /// a host of its own: for trying things out on one machine. Overridden by <c>HPCVIRT_MEMORY</c>.
    /// </summary>
    public required string Directory { get; init; }

    /// <summary>
    /// How memory survives the loss of hosts. Overridden by <c>HPCVIRT_REDUNDANCY</c>: <c>none</c>, <c>partner</c>, <c>xor</c>, or <c>rs2</c> for
    /// Reed-Solomon with 2 losses.
    /// </summary>
    public RedundancyScheme Redundancy { get; init; } = RedundancyScheme.None;

    /// <summary>How many hosts of a failure group may be lost at once under <see cref="RedundancyScheme.ReedSolomon"/>.</summary>
    public int Losses { get; init; } = 2;

    /// <summary>Slots per rank; see <see cref="StagedOptions.Slots"/>. Overridden by <c>HPCVIRT_SLOTS</c>.</summary>
    public int Slots { get; init; } = 3;

    /// <summary>Every how manieth version is flushed to the checkpoint directory, if there is one. Overridden by <c>HPCVIRT_FLUSH_EVERY</c>.</summary>
    public int FlushEvery { get; init; } = 1;

    /// <summary>
    /// How changes between checkpoints are found; null: in the best way that the machine has. Overridden by <c>HPCVIRT_TRACKING</c>: <c>auto</c>,
    /// <c>kernel</c>, <c>hashes</c> or <c>none</c>. A way that the machine lacks is refused at the start.
    /// </summary>
    public TrackingKind? Tracking { get; init; }

    /// <summary>
    /// A file that says what dies together, one line per host: its name, and the name of its rack, switch or power supply. Null: hosts die
    /// one by one. Overridden by <c>HPCVIRT_FAILURE_DOMAINS</c>.
    /// </summary>
    public string? FailureDomainsFile { get; init; }

    /// <summary>What is wrong, or null.</summary>
    internal string? Problem() => this switch
    {
        _ when string.IsNullOrWhiteSpace(Directory) => "The memory tier's Directory is blank: name a directory on a tmpfs, or leave MemoryTier null.",
        { FlushEvery: < 1 } => $"FlushEvery is {FlushEvery}: 1 flushes each version to the checkpoint directory.",
        { FailureDomainsFile: { } file } when !File.Exists(file) => $"The file of failure domains {file} does not exist; each of its lines names a host and what it dies with.",
        _ => null,
    };

    internal string DirectoryOf(int rank) => Path.GetFullPath(Directory.Replace(RankPlaceholder, $"{rank}", StringComparison.Ordinal));
}
