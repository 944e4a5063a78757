using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint;

/// <summary>
/// The only part of a checkpoint for which the rank stands still: what has changed since the slot's own version is copied into a slot. Runs on
/// the rank's thread.
/// </summary>
internal sealed class Stager(SlotPool pool, RegionWatch watch, int rank, int rankCount, string program)
{
    private const int CopyBytes = 1 << 24;
    private const int CatchUpBytes = 1 << 20;

    public StagedShard Stage(VersionName name, long step, IReadOnlyList<CheckpointRegion> regions)
    {
        try
        {
            if (step < 0) throw new CheckpointException($"Step {step} is negative; steps count from 0.");
            RegionSet.CheckNames(regions);
            RegionDescriptor[] descriptors = [.. regions.Select(static r => GuardedRegion.BeginSave(r))];
            RegionSet.CheckDescriptors(descriptors);
            var plan = Shard.Plan(name, step, rank, rankCount, program, descriptors);
            PageSet[] changed = watch.Collect(regions, descriptors);
            foreach (StateSlot known in pool.Slots)
            {
                for (int i = 0; i < changed.Length; i++) known.NoteChanges(regions[i].Name, changed[i]);
            }

            StateSlot slot = pool.Acquire(plan.LengthBytes, s => Staleness(s, plan));
            slot.Begin(plan);
            long copiedBytes = 0;
            for (int i = 0; i < changed.Length; i++) copiedBytes += Copy(regions[i], plan.Regions[i], slot);
            return new StagedShard(plan, slot, copiedBytes);
        }
        finally
        {
            foreach (CheckpointRegion region in regions) region.EndSave();
        }
    }

    /// <summary>
    /// Behind the rank's back: brings a free slot up to the newest one, so that the next stage has to copy only what changes from now on.
    /// </summary>
    /// <param name="newest">The version just committed.</param>
    /// <param name="goesOn">Asked now and then; false when the rank wants the slot.</param>
    public void CatchUp(StagedShard newest, Func<bool> goesOn)
    {
        if (pool.FindFree(newest.Slot.LengthBytes, newest.Slot) is not { } old) return;
        old.Memory.Slice(0, Shard.PrefixBytes).Clear();
        foreach (RegionEntry entry in newest.Plan.Regions)
        {
            if (!old.Holds(entry)) continue;
            SlotRegion behind = old[entry];
            SlotRegion ahead = newest.Slot[entry];

            // Where most has changed, most will change again: copying now and then once more would only cost memory bandwidth.
            if (behind.Pending.Count * 2 > behind.Pending.PageCount) continue;
            for (long from = 0; behind.Pending.TryNextRun(from, behind.Pending.PageCount, out long first, out long count); from = first + count)
            {
                if (!goesOn()) return;
                count = long.Min(count, CatchUpBytes / PageSet.PageBytes);
                int runBytes = behind.RunBytes(first, count);
                long offsetBytes = entry.OffsetBytes + (first * PageSet.PageBytes);
                newest.Slot.Memory.Slice(offsetBytes, runBytes).CopyTo(old.Memory.Slice(offsetBytes, runBytes));
                behind.Took(ahead, first, count);
            }
        }
    }

    private static long Staleness(StateSlot slot, Shard plan) =>
        plan.Regions.Sum(entry => slot.Holds(entry) ? slot[entry].Pending.Count : PageSet.PagesOf(entry.StoredBytes));

    private static long Copy(CheckpointRegion region, RegionEntry entry, StateSlot slot)
    {
        SlotRegion target = slot[entry];
        long copiedBytes = 0;
        bool isThere = target.Pending.TryNextRun(0, target.Pending.PageCount, out long first, out long count);
        while (isThere)
        {
            count = long.Min(count, CopyBytes / PageSet.PageBytes);
            isThere = target.Pending.TryNextRun(first + count, target.Pending.PageCount, out long nextFirst, out long nextCount);

            // Pages that lie apart are waited for one by one, unless the next is on its way while this one is copied.
            if (isThere) PageFetch.Begin(GuardedRegion.Slice(region, nextFirst * PageSet.PageBytes, target.RunBytes(nextFirst, 1)));
            int runBytes = target.RunBytes(first, count);
            long offsetBytes = first * PageSet.PageBytes;
            StreamingCopy.Copy(GuardedRegion.Slice(region, offsetBytes, runBytes), slot.Memory.Slice(entry.OffsetBytes + offsetBytes, runBytes));
            target.Wrote(first, count);
            copiedBytes += runBytes;
            (first, count) = (nextFirst, nextCount);
        }

        return copiedBytes;
    }
}
