using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using HpcVirt.Checkpoint.Formats;
using HpcVirt.Checkpoint.Protocol;

namespace HpcVirt.Checkpoint;

/// <summary>Whether the memory is there that the slots will take.</summary>
public sealed partial class StagedStore
{
    /// <summary>
    /// Collective over the job's group, before the first stage. Compares what the slots and their redundancy will take with what the control groups, the
    /// kernel and the tmpfs of each host leave, so that a job is refused and not killed.
    /// </summary>
    /// <param name="regions">What will be staged.</param>
    /// <exception cref="CheckpointException">The memory is not there; says what is needed, what there is and what to do; thrown on all ranks.</exception>
    public void CheckRoom(IReadOnlyList<CheckpointRegion> regions) => CheckRoom(regions, MemoryLimits.OfThisProcess);

    internal void CheckRoom(IReadOnlyList<CheckpointRegion> regions, MemoryLimits limits)
    {
        long shardBytes = 0;
        string? problem = Attempted.Run(() => shardBytes = ShardBytesOf(regions));
        long[] shards = [.. Exchange.All(_group, new RoomReport(problem, shardBytes, 0)).Select(static r => r.Problem is null ? r.NewBytes : 0)];
        long perSlot = shards[_group.Rank] + (_redundancy?.BytesPerSlot(shards) ?? 0);
        long NewBytes(int slots) => long.Max(0, (slots * perSlot) - ReservedBytes);
        RoomReport[] all = Exchange.All(_group, new RoomReport(problem, NewBytes(_options.Slots), NewBytes(StagedOptions.MinimumSlots)));
        Together.Throw(all.Select(static r => r.Problem));

        // All ranks of a host draw on the same memory, but each may be in a control group of its own.
        string host = _mesh.Endpoints[_group.Rank].HostId;
        RoomReport[] ofHost = [.. all.Where((_, rank) => _mesh.Endpoints[rank].HostId == host)];
        var rooms = new List<MemoryRoom>();
        string? refusal = Attempted.Run(() => rooms.AddRange(Rooms(limits)))
            ?? RoomPlan.Refusal(_mesh.Endpoints[_group.Rank].HostName, ofHost, _options.Slots, rooms);
        Together.Throw(Exchange.All(_group, new PlainReport(refusal)).Select(static r => r.Problem));
    }

    private IEnumerable<MemoryRoom> Rooms(MemoryLimits limits)
    {
        yield return new MemoryRoom(_memory.GetFreeBytes(), $"what is free in {_memory.Location}");
        if (IsInMemory(_memory.Location) && limits.Tightest() is { } tightest) yield return tightest;
    }

    /// <summary>Files of other file systems are written back and let go of when memory is short.</summary>
    private static bool IsInMemory(string location)
    {
        try
        {
            return new DriveInfo(location).DriveFormat is "tmpfs" or "ramfs";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Of a file system that does not say what it is, only the free space is known.
            return false;
        }
    }

    private long ShardBytesOf(IReadOnlyList<CheckpointRegion> regions)
    {
        try
        {
            RegionSet.CheckNames(regions);
            RegionDescriptor[] descriptors = [.. regions.Select(static r => GuardedRegion.BeginSave(r))];
            RegionSet.CheckDescriptors(descriptors);
            return Shard.Plan(new VersionName(1, Attempt), 0, _group.Rank, _group.Size, _options.Program, descriptors).LengthBytes;
        }
        finally
        {
            foreach (CheckpointRegion region in regions) region.EndSave();
        }
    }
}
