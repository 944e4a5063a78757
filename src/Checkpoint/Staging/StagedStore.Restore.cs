using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Checkpoint.Formats;
using HpcVirt.Checkpoint.Protocol;

namespace HpcVirt.Checkpoint;

/// <summary>How a job comes back from the tiers.</summary>
public sealed partial class StagedStore
{
    /// <summary>
    /// Collective over the job's group, before the first stage. Fills the regions from the newest version that verifies on every rank, after
    /// rebuilding what was lost, from the nearest tier that has it.
    /// </summary>
    /// <param name="regions">The same regions by name, type and shape as at the save.</param>
    /// <param name="progress">Hears of this rank's progress, often, on this thread; null: nobody does.</param>
    /// <exception cref="CheckpointMismatchException">An intact checkpoint is of another program, rank count or shape.</exception>
    /// <exception cref="NoCheckpointVerifiesException">There are checkpoints, but none verifies on every rank.</exception>
    /// <exception cref="CheckpointException">Some rank cannot take part; thrown on all ranks.</exception>
    public RestoreReport Restore(IReadOnlyList<CheckpointRegion> regions, IProgress<RestoreProgress>? progress = null)
    {
        _line.AwaitIdle();
        long startedAt = _time.GetTimestamp();
        if (_options.ForgivesLastStart)
        {
            foreach (Place mine in _tiers.Select(static t => t.Place).Where(static p => p.IsLeader)) _ = Attempted.Run(mine.ForgetStartBefore);
        }

        var warm = new WarmDirectory(_memory, _redundancy is null ? [_pool] : [_pool, _redundancy.Pool]);
        var place = new Place(warm, MemoryTier.Place.Rank, MemoryTier.Place.Leaders) { Attempt = Attempt };
        var rebuilder = new VersionRebuilder(place, _memory, _files, _pool, _redundancy);
        RestartTier[] tiers = [.. _tiers.Select((t, i) => i == 0 ? new RestartTier(place, rebuilder, _files) : new RestartTier(t.Place, null, null))];
        var driver = new RestartDriver(
            tiers, _group, new RestartRules(_options.Program, _options.StartOverIfNoneVerifies, _options.StartsPerVersion), regions, progress);
        RestartState state = driver.Run();
        bool isRestored = state.Outcome == RestartOutcome.Restored;
        foreach ((StorageTier tier, int index) in _tiers.Select(static (t, i) => (t, i)))
        {
            tier.Proven.Clear();
            if (isRestored && state.Candidate.Tier == index) tier.Prove(state.Candidate.Name);
        }

        // What was lost gets its place again, and what protects it is made anew, because the next host may be lost before the next commit: behind
        // the rank's back, for the program has all that it needs. The places' leaders make room first, for all ranks of a place.
        VersionName? inMemory = isRestored && state.Candidate.Tier == 0 ? state.Candidate.Name : null;

        // Where the job is refused nothing is deleted: somebody may still repair a version.
        if (isRestored || state.Outcome == RestartOutcome.Fresh)
        {
            _line.Hand(() =>
            {
                MakeRoom(inMemory);
                _behind.Barrier();
                if (inMemory is { } version) rebuilder.Complete(version, _behind);
            });
        }

        string? name = isRestored ? _tiers[state.Candidate.Tier].Name : null;
        return RestartDriver.Conclude(state, driver.ShardBytes, name, Location, _time.GetElapsedTime(startedAt));
    }

    /// <summary>
    /// Starts that were ended between publishing and retiring leave versions behind, and these hold slots. One must be free for the next version,
    /// or there will never be one.
    /// </summary>
    private void MakeRoom(VersionName? restored)
    {
        if (!MemoryTier.Place.IsLeader) return;
        _ = Attempted.Run(() => MemoryTier.Place.DeleteAll(
            RetentionPlan.InTheWay(Place.Survey(_memory).Versions, restored, _options.Slots + SpareSlots - 1)));
    }

    /// <summary>
    /// Says that this start of the job ends in good order, finished or asked to stop: it does not count against the version that it started from.
    /// Not collective.
    /// </summary>
    public void EndInGoodOrder()
    {
        // What was lost with a host is put back by now, or some rank is gone and it cannot be.
        _ = Attempted.Run(_line.AwaitIdle);

        // If it fails, one start more is counted.
        foreach (Place place in _tiers.Select(static t => t.Place).Where(static p => p.IsLeader)) _ = Attempted.Run(place.ForgetStart);
    }
}
