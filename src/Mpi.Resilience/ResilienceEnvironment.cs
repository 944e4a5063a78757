using System;
using System.Globalization;
using HpcVirt.Checkpoint;
using HpcVirt.Mpi.Resilience.Channel;
using HpcVirt.Mpi.Resilience.Halt;

namespace HpcVirt.Mpi.Resilience;

/// <summary>The one place where the environment changes a job's options.</summary>
internal static class ResilienceEnvironment
{
    /// <summary>A checkpoint interval, as <see cref="CheckpointInterval.Parse"/> reads it.</summary>
    public const string Interval = "HPCVIRT_INTERVAL";

    /// <summary>How many versions to keep.</summary>
    public const string Keep = "HPCVIRT_KEEP";

    /// <summary>How often a checkpoint may be started from in vain.</summary>
    public const string StartsPerVersion = "HPCVIRT_STARTS_PER_VERSION";

    /// <summary>Slots per rank of the memory tier.</summary>
    public const string Slots = "HPCVIRT_SLOTS";

    /// <summary>How long the job may take to fall silent, as <see cref="Durations.TryParse"/> reads it.</summary>
    public const string QuiesceDeadline = "HPCVIRT_QUIESCE_DEADLINE";

    /// <summary>The memory tier's directory; see <see cref="MemoryTierOptions.Directory"/>.</summary>
    public const string Memory = "HPCVIRT_MEMORY";

    /// <summary><c>none</c>, <c>partner</c>, <c>xor</c>, <c>rs1</c>, <c>rs2</c>, ...</summary>
    public const string Redundancy = "HPCVIRT_REDUNDANCY";

    /// <summary>Every how manieth version goes from memory to the directory.</summary>
    public const string FlushEvery = "HPCVIRT_FLUSH_EVERY";

    /// <summary>The file that says which hosts die together.</summary>
    public const string FailureDomains = "HPCVIRT_FAILURE_DOMAINS";

    /// <summary><c>auto</c>, <c>kernel</c>, <c>hashes</c> or <c>none</c>.</summary>
    public const string Tracking = "HPCVIRT_TRACKING";

    /// <summary><c>auto</c>, <c>off</c>, <c>lz4</c> or <c>zstd</c>.</summary>
    public const string Compress = "HPCVIRT_COMPRESS";

    /// <param name="options">What the program says.</param>
    /// <param name="variable">Reads one environment variable; passed in so that tests need no environment.</param>
    /// <exception cref="ResilienceException">A variable has a value that cannot be read; the message names it.</exception>
    public static ResilientOptions Apply(ResilientOptions options, Func<string, string?> variable)
    {
        if (Value(variable, ControlEnvironment.Checkpoints) is { } directory)
            options = options with { CheckpointDirectory = directory };
        if (Value(variable, Interval) is { } interval)
            options = options with { Interval = Read(Interval, interval) };
        if (Value(variable, Keep) is { } keep)
        {
            options = options with
            {
                Keep = int.TryParse(keep, NumberStyles.None, CultureInfo.InvariantCulture, out int versions)
                    ? versions
                    : throw new ResilienceException($"{Keep}={keep} is no whole number; give how many checkpoints to keep, at least 2."),
            };
        }

        if (Value(variable, QuiesceDeadline) is { } deadline)
        {
            options = options with
            {
                QuiesceDeadline = Durations.TryParse(deadline, out TimeSpan duration)
                    ? duration
                    : throw new ResilienceException($"{QuiesceDeadline}={deadline} is no duration; give for example 30s or 5m."),
            };
        }

        if (Value(variable, ControlEnvironment.Restore) is { } restore)
        {
            options = options with
            {
                Restore = restore.Equals(ControlEnvironment.RestoreNever, StringComparison.OrdinalIgnoreCase)
                    ? false
                    : throw new ResilienceException($"{ControlEnvironment.Restore}={restore} is unknown; the only value is {ControlEnvironment.RestoreNever}."),
            };
        }

        if (Value(variable, Compress) is { } compress)
            options = options with { Compression = ReadCompression(compress) };
        if (Value(variable, StartsPerVersion) is { } starts)
        {
            options = options with
            {
                StartsPerVersion = int.TryParse(starts, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                    ? number
                    : throw new ResilienceException($"{StartsPerVersion}={starts} is no whole number; give how often a checkpoint may be started from in vain, or 0 for any number."),
            };
        }

        if (Value(variable, ControlEnvironment.LastStart) == ControlEnvironment.LastStartTaken) options = options with { ForgivesLastStart = true };
        options = options with { Halt = HaltEnvironment.Apply(options.Halt, variable) };
        return ApplyMemory(options, variable);
    }

    private static ResilientOptions ApplyMemory(ResilientOptions options, Func<string, string?> variable)
    {
        MemoryTierOptions? memory = options.MemoryTier;
        if (Value(variable, Memory) is { } directory)
            memory = memory is null ? new MemoryTierOptions { Directory = directory } : memory with { Directory = directory };
        if (memory is null)
            return options;
        if (Value(variable, Redundancy) is { } scheme)
            memory = ReadScheme(memory, scheme);
        if (Value(variable, FlushEvery) is { } every)
        {
            memory = memory with
            {
                FlushEvery = int.TryParse(every, NumberStyles.None, CultureInfo.InvariantCulture, out int versions)
                    ? versions
                    : throw new ResilienceException($"{FlushEvery}={every} is no whole number; 1 flushes each version, 10 each tenth."),
            };
        }

        if (Value(variable, Tracking) is { } tracking)
            memory = memory with { Tracking = ReadTracking(tracking) };
        if (Value(variable, Slots) is { } slots)
        {
            memory = memory with
            {
                Slots = int.TryParse(slots, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                    ? number
                    : throw new ResilienceException($"{Slots}={slots} is no whole number; 3 slots keep two committed versions in memory, 2 keep one."),
            };
        }

        if (Value(variable, FailureDomains) is { } file)
            memory = memory with { FailureDomainsFile = file };
        return options with { MemoryTier = memory };
    }

    private static CompressionMode ReadCompression(string text) => text switch
    {
        "auto" => CompressionMode.Automatic,
        "off" => CompressionMode.Off,
        "lz4" => CompressionMode.Lz4,
        "zstd" => CompressionMode.Zstd,
        _ => throw new ResilienceException($"{Compress}={text} is unknown; say auto, off, lz4, or zstd."),
    };

    private static TrackingKind? ReadTracking(string text) => text switch
    {
        "auto" => null,
        "kernel" => TrackingKind.WriteProtection,
        "hashes" => TrackingKind.BlockHashes,
        "none" => TrackingKind.None,
        _ => throw new ResilienceException($"{Tracking}={text} is unknown; say auto, kernel, hashes, or none."),
    };

    private static MemoryTierOptions ReadScheme(MemoryTierOptions memory, string text)
    {
        if (text.StartsWith("rs", StringComparison.Ordinal) && int.TryParse(text.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out int losses))
            return memory with { Redundancy = RedundancyScheme.ReedSolomon, Losses = losses };
        return memory with
        {
            Redundancy = text switch
            {
                "none" => RedundancyScheme.None,
                "partner" => RedundancyScheme.Partner,
                "xor" => RedundancyScheme.Xor,
                _ => throw new ResilienceException($"{Redundancy}={text} is unknown; say none, partner, xor, or rs2 for Reed-Solomon with 2 losses."),
            },
        };
    }

    private static string? Value(Func<string, string?> variable, string name) => variable(name) is { Length: > 0 } value ? value : null;

    private static CheckpointInterval Read(string name, string text)
    {
        try
        {
            return CheckpointInterval.Parse(text);
        }
        catch (FormatException unreadable)
        {
            throw new ResilienceException($"{name}: {unreadable.Message}", unreadable);
        }
    }
}
