using System;
using System.Linq;
using HpcVirt.Checkpoint.Protocol;

namespace HpcVirt.Checkpoint;

/// <summary>What happens behind the rank's back, on one thread of its own.</summary>
public sealed partial class StagedStore
{
    /// <summary>A rank that was killed is gone by then; one that lives must be ended by those who started it.</summary>
    private static readonly TimeSpan TakeOverDeadline = TimeSpan.FromSeconds(30);

    private void Commit(StagedSave save)
    {
        try
        {
            SaveResult inMemory = CommitTo(MemoryTier, save, new StagedShardWork(save.Staged, _memory, _redundancy));
            _results.Add(MemoryTier.Name, inMemory, isMemory: true);
            if (!inMemory.IsCommitted || save.Staged is null) return;
            foreach (StorageTier tier in _tiers.Skip(1))
            {
                if (tier.Offered++ % tier.Every != 0 && !save.IsForEveryTier) continue;
                _results.Add(tier.Name, CommitTo(tier, save, new TierShardWork(save.Staged, tier.Compression)), isMemory: false);
            }
        }
        catch (Exception e)
        {
            _results.Fail(e);
            throw;
        }
    }

    private SaveResult CommitTo(StorageTier tier, StagedSave save, IShardWork work)
    {
        long startedAt = _time.GetTimestamp();
        var options = new CheckpointOptions { Program = _options.Program, Keep = tier.Keep };
        var driver = new CommitDriver(tier.Place, _behind, options, _time, tier.Proven, work);
        CommitState state = driver.Run(save.Name, save.Step, save.Objection);
        if (state.IsPublishedEverywhere && state.Outcome == SaveOutcome.Committed) tier.Prove(save.Name);
        return new SaveResult
        {
            Outcome = state.Outcome,
            Version = save.Name.Version,
            Attempt = save.Name.Attempt,
            Step = save.Step,
            ShardBytes = driver.ShardBytes,
            JobBytes = state.JobBytes,
            Elapsed = _time.GetElapsedTime(startedAt),
            Problems = state.Problems,
            Warnings = state.Warnings,
        };
    }

    private void CatchUp(StagedSave save)
    {
        if (save.Staged is null) return;

        // A service to the next stage, which copies itself what was not copied here: no reason to give a job up.
        _ = Attempted.Run(() => _stager.CatchUp(save.Staged, () => _line.IsLeisure));
    }

    /// <summary>Takes over this rank's slots of an earlier attempt, and frees those of ranks that are not here any more.</summary>
    private void Adopt()
    {
        if (_options.Tracking is { } wanted && wanted != Tracking)
            throw new CheckpointException($"Changes cannot be tracked by {wanted} here: {WhyUntracked}. Leave the choice open, and the best way that works is taken.");
        _lock = _memory.TakeLock(SlotName.LockOf(_group.Rank), TakeOverDeadline < _options.Deadline ? TakeOverDeadline : _options.Deadline, _time);
        _pool.Adopt();
        _redundancy?.Adopt();
        if (!MemoryTier.Place.IsLeader) return;
        foreach (DirectoryEntry entry in _memory.List(""))
        {
            if (entry.IsDirectory || !SlotName.TryParse(entry.Name, out int rank, out _, out _)) continue;
            bool isHere = rank < _group.Size && MemoryTier.Place.Leaders[rank] == _group.Rank;
            if (!isHere) _memory.DeleteFile(entry.Name);
        }
    }
}
