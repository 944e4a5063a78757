using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Checkpoint.Formats;
using HpcVirt.Checkpoint.Mesh;
using HpcVirt.Checkpoint.Redundancy;

namespace HpcVirt.Checkpoint;

/// <summary>
/// One rank's part in the redundancy of its failure group: it takes from the other members' slots what it needs and keeps a copy or sums.
/// Takes, because then each rank writes only into its own memory, and a slow member is noticed by those who need it.
/// </summary>
internal sealed class GroupRedundancy : IRedundancy, IDisposable
{
    private readonly ISlotDirectory _directory;
    private readonly Place _place;
    private readonly IReadOnlyList<int> _members;
    private readonly int _losses;
    private readonly RedundancyLayout _layout;
    private readonly SlotPool _pool;

    private GroupRedundancy(StagedOptions options, PeerFiles files, ISlotDirectory directory, Place place, IReadOnlyList<int> members)
    {
        _directory = directory;
        _place = place;
        _members = members;
        Files = files;
        _layout = options.Scheme == RedundancyScheme.Partner ? RedundancyLayout.Copy : RedundancyLayout.Sums;
        _losses = options.Scheme == RedundancyScheme.ReedSolomon ? options.Losses : 1;
        _pool = new SlotPool(directory, place.Rank, SlotName.Redundancy, options.Slots + 1);
    }

    public long ReservedBytes => _pool.ReservedBytes;

    /// <summary>The slots for what is kept.</summary>
    public SlotPool Pool => _pool;

    private PeerFiles Files { get; }

    /// <summary>The ranks of the group, in its order.</summary>
    public IReadOnlyList<int> Members => _members;

    /// <summary>How it protects.</summary>
    public RedundancyLayout Layout => _layout;

    /// <summary>The part of this rank, or null when its group is too small to protect anybody.</summary>
    public static GroupRedundancy? Create(StagedOptions options, RankMesh mesh, PeerFiles files, ISlotDirectory directory, Place place)
    {
        if (options.Scheme == RedundancyScheme.None) return null;
        string[] domains = [.. Enumerable.Range(0, mesh.Size).Select(rank => options.FailureDomain?.Invoke(rank, mesh.Endpoints[rank].HostName) ?? mesh.Endpoints[rank].HostName)];
        IReadOnlyList<int> members = FailureGroups.Make(domains, options.GroupSizeMax).First(g => g.Contains(mesh.Rank));
        int losses = options.Scheme == RedundancyScheme.ReedSolomon ? options.Losses : 1;
        return members.Count > losses ? new GroupRedundancy(options, files, directory, place, members) : null;
    }

    /// <summary>What one version's redundancy takes of this rank's memory, given the lengths of all ranks' shards.</summary>
    public long BytesPerSlot(IReadOnlyList<long> shardBytes)
    {
        RedundancyMember[] members = [.. _members.Select(rank => new RedundancyMember(rank, 0, shardBytes[rank]))];
        return PlanOf(new VersionName(1, 1), members, Array.FindIndex(members, m => m.Rank == _place.Rank)).LengthBytes;
    }

    public void Adopt() => _pool.Adopt();

    public void Protect(VersionName name, IReadOnlyList<ManifestShard> shards) => Store(name, shards, name.Temporary);

    /// <summary>Computes and stores this rank's part into a directory of a version, whose shards stand in directories of that name at all members.</summary>
    public void Store(VersionName name, IReadOnlyList<ManifestShard> shards, string versionPath)
    {
        RedundancyMember[] members = [.. _members.Select(rank => new RedundancyMember(rank, shards[rank].Checksum, shards[rank].LengthBytes))];
        int me = Array.FindIndex(members, m => m.Rank == _place.Rank);
        RedundancyFile plan = PlanOf(name, members, me);
        StateSlot slot = _pool.Acquire(plan.LengthBytes, static _ => 0);
        slot.Memory.Slice(0, (int)plan.PayloadOffsetBytes).Clear();
        PeerShard[] files = [.. members.Select(m => new PeerShard(
            Files.Open(m.Rank, $"{versionPath}/{VersionName.Shard(m.Rank)}", m.ShardBytes), m.ShardBytes))];
        for (int kept = 0; kept < plan.Kept; kept++) Fill(plan, slot.Memory, kept, SumOf(plan, files, me, kept));

        byte[] header = plan.EncodeHeader();
        uint checksum = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(^4..));
        plan.EncodeTrailer(checksum).CopyTo(slot.Memory.Slice(plan.LengthBytes - RedundancyFile.TrailerBytes, RedundancyFile.TrailerBytes));
        header.CopyTo(slot.Memory.Slice(0, header.Length));
        _directory.Link(slot.Path, $"{versionPath}/{VersionName.Redundancy(_place.Rank)}");
    }

    public void Dispose() => _pool.Dispose();

    /// <summary>The bytes per sum: a member's share of the longest shard, in whole pages.</summary>
    public static long ChunkBytes(RedundancyLayout layout, StripeCode code, IReadOnlyList<RedundancyMember> members, int keeper) =>
        layout == RedundancyLayout.Copy
            ? Shard.Align(members[(keeper + members.Count - 1) % members.Count].ShardBytes)
            : Shard.Align((members.Max(static m => m.ShardBytes) + code.DataChunks - 1) / code.DataChunks);

    private RedundancyFile PlanOf(VersionName name, RedundancyMember[] members, int me)
    {
        var code = new StripeCode(members.Length, _losses);
        return RedundancyFile.Plan(name, _place.Rank, _layout, _losses, ChunkBytes(_layout, code, members, me), members);
    }

    private static WeightedSum SumOf(RedundancyFile plan, PeerShard[] files, int me, int kept)
    {
        var sum = new WeightedSum();
        if (plan.Layout == RedundancyLayout.Copy)
        {
            sum.Add(files[(me + files.Length - 1) % files.Length], 0, 1);
            return sum;
        }

        var code = new StripeCode(files.Length, plan.Kept);
        int stripe = code.StripeOfSum(me, kept);
        for (int chunk = 0; chunk < code.DataChunks; chunk++)
            sum.Add(files[code.MemberOf(stripe, chunk)], chunk * plan.ChunkBytes, code.Weight(kept, chunk));
        return sum;
    }

    /// <summary>Fills one sum, checksumming each block while it is in the cache. A block may span the border of two sums.</summary>
    private static void Fill(RedundancyFile plan, MappedMemory slot, int kept, WeightedSum sum)
    {
        long start = kept * plan.ChunkBytes;
        for (long done = 0; done < plan.ChunkBytes;)
        {
            long position = start + done;
            int block = (int)(position / Shard.DefaultBlockBytes);
            long blockEnd = long.Min((block + 1L) * Shard.DefaultBlockBytes, start + plan.ChunkBytes);
            int count = (int)(blockEnd - position);
            Span<byte> target = slot.Slice(plan.PayloadOffsetBytes + position, count);
            sum.Compute(done, target);
            uint before = position % Shard.DefaultBlockBytes == 0 ? 0 : plan.BlockChecksums[block];
            plan.BlockChecksums[block] = Crc32C.Continue(before, target);
            done += count;
        }
    }
}
