using System;
using System.Reflection;
using System.Text;
using HpcVirt.Checkpoint;

namespace HpcVirt.Mpi.Resilience;

/// <summary>How a job protects itself. Immutable, validated once, echoed at start; the environment overrides what the program says.</summary>
public sealed record ResilientOptions
{
    /// <summary>Where checkpoints are kept: a directory that all ranks share, or one of that name on every host. Null: nothing is saved.</summary>
    /// <remarks>Overridden by <c>HPCVIRT_CHECKPOINTS</c>, which <c>hpcvirt run --checkpoints</c> sets.</remarks>
    public string? CheckpointDirectory { get; init; }

    /// <summary>Checkpoints in memory before they go to <see cref="CheckpointDirectory"/>; null: straight to the directory.</summary>
    public MemoryTierOptions? MemoryTier { get; init; }

    /// <summary>When to checkpoint; every five minutes by default. Overridden by <c>HPCVIRT_INTERVAL</c>.</summary>
    public CheckpointInterval Interval { get; init; } = CheckpointInterval.Every(TimeSpan.FromMinutes(5));

    /// <summary>How many committed versions to keep, at least 2: the newest may turn out damaged. Overridden by <c>HPCVIRT_KEEP</c>.</summary>
    public int Keep { get; init; } = 2;

    /// <summary>Whether to continue from the newest checkpoint; false starts at step 0. <c>HPCVIRT_RESTORE=never</c> overrides.</summary>
    public bool Restore { get; init; } = true;

    /// <summary>Whether to start over when checkpoints exist but none verifies; by default the job refuses, as somebody may still repair one.</summary>
    public bool StartOverIfNoneVerifies { get; init; }

    /// <summary>
    /// How often the job may start from one checkpoint without committing a newer one, before the checkpoint before it is tried; 0: any number.
    /// Overridden by <c>HPCVIRT_STARTS_PER_VERSION</c>.
    /// </summary>
    public int StartsPerVersion { get; init; } = 3;

    /// <summary>Whether the start before this one was ended from outside, and does not count in <see cref="StartsPerVersion"/>; the supervisor says so.</summary>
    internal bool ForgivesLastStart { get; init; }

    /// <summary>When the job stops by itself. By default never, but before the end of its time where Slurm says when that is.</summary>
    public HaltOptions Halt { get; init; } = new();

    /// <summary>The program's name, by which a checkpoint of another program is refused.</summary>
    public string Program { get; init; } = Assembly.GetEntryAssembly()?.GetName().Name ?? "program";

    /// <summary>
    /// Whether checkpoints are compressed on their way to <see cref="CheckpointDirectory"/>; by default where that is faster, by measurement. Overridden by
    /// <c>HPCVIRT_COMPRESS</c>: <c>auto</c>, <c>off</c>, <c>lz4</c> or <c>zstd</c>.
    /// </summary>
    public CompressionMode Compression { get; init; } = CompressionMode.Automatic;

    /// <summary>How long a rank waits for the others at a safe point before it gives the job up.</summary>
    public TimeSpan AgreementDeadline { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long the job may take to fall silent for a checkpoint; after it the checkpoint is given up, and the job goes on. Overridden by <c>HPCVIRT_QUIESCE_DEADLINE</c>.</summary>
    public TimeSpan QuiesceDeadline { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How many bytes of messages in flight a rank may take in for a checkpoint.</summary>
    public long CaptureLimitBytes { get; init; } = 1L << 30;

    /// <summary>The clock. Tests pass one of their own.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The options on one line, as they are echoed at start.</summary>
    /// <returns>The line.</returns>
    public override string ToString()
    {
        var text = new StringBuilder();
        if (MemoryTier is { } memory)
            text.Append($"checkpoints in memory ({memory.Directory}, redundancy {memory.Redundancy}), ");
        text.Append(CheckpointDirectory is null && MemoryTier is not null ? $"interval {Interval}"
            : CheckpointDirectory is null
            ? "no checkpoint directory, so nothing is saved (set HPCVIRT_CHECKPOINTS or use `hpcvirt run --checkpoints DIR`)"
            : $"checkpoints in {CheckpointDirectory}, interval {Interval}, keeping {Keep}");
        if (!Restore)
            text.Append(", without restoring");
        text.Append(Halt);
        return text.ToString();
    }

    /// <summary>Refuses what makes no sense.</summary>
    /// <exception cref="ResilienceException">An option is out of its range; the message names it.</exception>
    internal ResilientOptions Validated()
    {
        if (Keep < 2)
            throw new ResilienceException($"Keep is {Keep}: at least 2 versions are kept, because the newest may turn out damaged.");
        if (AgreementDeadline <= TimeSpan.Zero)
            throw new ResilienceException($"AgreementDeadline is {AgreementDeadline}: it must be more than zero.");
        if (QuiesceDeadline <= TimeSpan.Zero)
            throw new ResilienceException($"QuiesceDeadline is {QuiesceDeadline}: it must be more than zero.");
        if (CaptureLimitBytes <= 0)
            throw new ResilienceException($"CaptureLimitBytes is {CaptureLimitBytes}: it must be more than zero.");
        if (string.IsNullOrWhiteSpace(Program))
            throw new ResilienceException("Program is empty: name the program, so that its checkpoints can be told from others'.");
        if (CheckpointDirectory is not null && string.IsNullOrWhiteSpace(CheckpointDirectory))
            throw new ResilienceException("CheckpointDirectory is blank: name a directory, or leave it null to save nothing.");
        if (StartsPerVersion < 0)
            throw new ResilienceException($"StartsPerVersion is {StartsPerVersion}: give how often a checkpoint may be started from in vain, or 0 for any number.");
        if (Halt.Problem() is { } halt)
            throw new ResilienceException(halt);
        if (MemoryTier?.Problem() is { } problem)
            throw new ResilienceException(problem);
        return this;
    }
}
