using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using HpcVirt.Checkpoint;
using MPI.Links;
using MPI.Traffic;

namespace HpcVirt.Mpi.Resilience.Store;

/// <summary>The checkpoints of a job, whether they go straight to a directory or through memory.</summary>
internal sealed class JobStore : IDisposable
{
    private const string MemoryTierName = "memory";
    private const string DirectoryTierName = "directory";

    private static readonly string[] MemoryOnly = [MemoryTierName];
    private static readonly string[] MemoryFirst = [MemoryTierName, DirectoryTierName];
    private static readonly string[] DirectoryOnly = [DirectoryTierName];

    private readonly CheckpointStore? _plain;
    private readonly StagedStore? _staged;
    private readonly List<TierResult> _untold = [];

    private long _stepInLastTier = -1;
    private bool _hasRoom;

    private JobStore(CheckpointStore? plain, StagedStore? staged, IReadOnlyList<string> tiers)
    {
        _plain = plain;
        _staged = staged;
        Tiers = tiers;
    }

    /// <summary>The names of the tiers through which a checkpoint goes, one after the other.</summary>
    public IReadOnlyList<string> Tiers { get; }

    public string Location => _staged?.Location ?? _plain!.Location;

    public IReadOnlyList<string> Warnings => _staged?.Warnings ?? _plain!.Warnings;

    /// <summary>Collective; null where the options name no place at all.</summary>
    public static JobStore? Open(ResilientOptions options, ICheckpointGroup group)
    {
        string? directory = options.CheckpointDirectory is { } path ? Path.GetFullPath(path) : null;
        if (options.MemoryTier is { } memory) return new JobStore(null, OpenStaged(options, memory, directory, group), directory is null ? MemoryOnly : MemoryFirst);
        if (directory is null) return null;
        var plain = new CheckpointOptions
        {
            Program = options.Program,
            Keep = options.Keep,
            StartOverIfNoneVerifies = options.StartOverIfNoneVerifies,
            Compression = options.Compression,
            StartsPerVersion = options.StartsPerVersion,
            ForgivesLastStart = options.ForgivesLastStart || WorldRepair.HasHappened,
        };
        return new JobStore(CheckpointStore.Open(new PhysicalDirectory(directory), group, plain, IdSource.NewGuid, options.Time), null, DirectoryOnly);
    }

    public RestoreReport Restore(IReadOnlyList<CheckpointRegion> regions, IProgress<RestoreProgress>? progress) =>
        _staged?.Restore(regions, progress) ?? _plain!.Restore(regions, progress);

    /// <summary>This start of the job does not count against the version that it started from.</summary>
    public void EndInGoodOrder()
    {
        _staged?.EndInGoodOrder();
        _plain?.EndInGoodOrder();
    }

    /// <summary>Whether a version of that step was committed by this start in the last tier: the one that outlives the hosts' memory.</summary>
    public bool IsInEveryTier(long step) => _stepInLastTier == step || (_plain is not null);

    /// <summary>Saves; null if it is under way and <see cref="TakeResults"/> will tell.</summary>
    /// <param name="step">The step.</param>
    /// <param name="regions">What to save.</param>
    /// <param name="waits">Whether to return only when it stands in all tiers that are due.</param>
    /// <param name="isLast">Whether the job ends with it: then every tier is due.</param>
    public SaveResult? Save(long step, IReadOnlyList<CheckpointRegion> regions, bool waits, bool isLast)
    {
        if (_plain is not null) return _plain.Save(step, regions);
        CheckRoom(regions);
        return Behind(() =>
        {
            WrittenRanges.NoteWindows();
            StageReport staged = _staged!.Stage(step, regions, isForEveryTier: isLast);
            if (!waits) return null;
            SaveResult result = _staged.AwaitCommit(staged.Version);
            _staged.Drain();
            _untold.AddRange(Learned(_staged.TakeResults()).Where(t => t.Result != result));
            return result;
        });
    }

    /// <summary>Once, before anything is staged: all ranks are here, and all are refused alike.</summary>
    private void CheckRoom(IReadOnlyList<CheckpointRegion> regions)
    {
        if (_hasRoom) return;
        _staged!.CheckRoom(regions);
        _hasRoom = true;
    }

    /// <summary>What became of versions that were under way. Never waits.</summary>
    public IReadOnlyList<TierResult> TakeResults()
    {
        if (_staged is null) return [];
        TierResult[] results = [.. _untold, .. Learned(_staged.TakeResults())];
        _untold.Clear();
        return results;
    }

    private IReadOnlyList<TierResult> Learned(IReadOnlyList<TierResult> results)
    {
        foreach (TierResult last in results.Where(t => t.Tier == Tiers[^1] && t.Result.IsCommitted)) _stepInLastTier = last.Result.Step;
        return results;
    }

    /// <summary>Lets what is under way come to its end.</summary>
    public void Drain() => Behind(() =>
    {
        _staged?.Drain();
        return true;
    });

    public void Dispose()
    {
        if (_staged is not null) WrittenRanges.Listener = null;
        _staged?.Dispose();
    }

    /// <summary>What fails behind a rank's back has failed on this rank alone: not a refusal, on which all ranks agree, but a job that must end.</summary>
    private static T Behind<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (CheckpointException failure)
        {
            throw new ResilienceException($"{failure.Message} The job ends here; start it again to continue from the newest checkpoint.", failure);
        }
    }

    private static StagedStore OpenStaged(ResilientOptions options, MemoryTierOptions memory, string? directory, ICheckpointGroup group)
    {
        IReadOnlyDictionary<string, string> domains = memory.FailureDomainsFile is { } file ? FailureDomainFile.Read(file) : new Dictionary<string, string>();
        bool isRankANode = memory.Directory.Contains(MemoryTierOptions.RankPlaceholder, StringComparison.Ordinal);
        var staged = new StagedOptions
        {
            Program = options.Program,
            Scheme = memory.Redundancy,
            Losses = memory.Losses,
            Slots = memory.Slots,
            Tracking = memory.Tracking,
            StartOverIfNoneVerifies = options.StartOverIfNoneVerifies,
            Compression = options.Compression,
            StartsPerVersion = options.StartsPerVersion,
            ForgivesLastStart = options.ForgivesLastStart || WorldRepair.HasHappened,
            Deadline = options.AgreementDeadline,
            FailureDomain = (rank, host) => isRankANode ? $"rank {rank}" : domains.TryGetValue(host, out string? domain) ? domain : host,
        };
        TierOptions[] tiers = directory is null
            ? []
            : [new TierOptions(DirectoryTierName, new PhysicalDirectory(directory)) { Every = memory.FlushEvery, Keep = options.Keep }];

        // From before the first checkpoint on: what MPI writes past the kernel's tracking is told by the binding.
        WrittenRanges.Listener = WrittenMemory.Mark;
        return StagedStore.Open(new MemoryDirectory(memory.DirectoryOf(group.Rank)), tiers, group, staged, IdSource.NewGuid, options.Time);
    }
}
