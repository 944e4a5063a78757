using System.Collections.Generic;
using System.Linq;
using HpcVirt.Checkpoint.Formats;
using HpcVirt.Checkpoint.Redundancy;

namespace HpcVirt.Checkpoint.Protocol;

/// <summary>How one rank's shard comes back into its place. A pure function of what all ranks have found.</summary>
/// <param name="IsThere">Whether it is there, intact.</param>
/// <param name="Reason">Why it cannot come back, or null.</param>
/// <param name="LengthBytes">The shard's length.</param>
/// <param name="ChunkBytes">The length of a part that is computed at once.</param>
/// <param name="Parts">For each part, in the order of the file, the weighted stretches whose sum it is.</param>
internal sealed record RebuildPlan(
    bool IsThere, string? Reason, long LengthBytes, long ChunkBytes, IReadOnlyList<IReadOnlyList<RebuildPlan.Term>> Parts)
{
    public static RebuildPlan Make(int rank, int leader, IReadOnlyList<ManifestShard> shards, IReadOnlyList<Inventory> all)
    {
        ManifestShard wanted = shards[rank];
        if (FindShard(rank, wanted.LengthBytes, wanted.Checksum, all, nearLeader: leader) is { } copy)
        {
            return all[copy.Holder].Leader == leader
                ? new RebuildPlan(true, null, wanted.LengthBytes, 0, [])
                : new RebuildPlan(false, null, wanted.LengthBytes, wanted.LengthBytes, [[new Term(copy.Holder, copy.File, 0, 1)]]);
        }

        string reason = $"rank {rank}'s shard is in no place, and no failure group has it";
        foreach ((int holder, FoundFile file) in Files(all).Where(f => f.File.Redundancy?.Members.Any(m => Is(m, rank, wanted)) == true))
        {
            RebuildPlan? plan = file.Redundancy!.Layout == RedundancyLayout.Copy
                ? FromCopy(rank, wanted, holder, file)
                : FromSums(rank, wanted, file.Redundancy, all, ref reason);
            if (plan is not null) return plan;
        }

        return new RebuildPlan(false, reason, wanted.LengthBytes, 0, []);
    }

    private static RebuildPlan? FromCopy(int rank, ManifestShard wanted, int holder, FoundFile file)
    {
        IReadOnlyList<RedundancyMember> members = file.Redundancy!.Members;
        int keeper = members.ToList().FindIndex(m => m.Rank == file.Rank);
        RedundancyMember copied = members[(keeper + members.Count - 1) % members.Count];
        return Is(copied, rank, wanted)
            ? new RebuildPlan(false, null, wanted.LengthBytes, wanted.LengthBytes, [[new Term(holder, file, file.Redundancy.PayloadOffsetBytes, 1)]])
            : null;
    }

    private static RebuildPlan? FromSums(int rank, ManifestShard wanted, FoundRedundancy found, IReadOnlyList<Inventory> all, ref string reason)
    {
        RedundancyMember[] members = [.. found.Members];
        var code = new StripeCode(members.Length, found.Kept);
        (int Holder, FoundFile File)?[] shardOf = [.. members.Select(m => FindShard(m.Rank, m.ShardBytes, m.ShardChecksum, all, nearLeader: -1))];
        (int Holder, FoundFile File)?[] sumsOf = [.. members.Select(m => FindSums(m.Rank, members, all))];
        int[] lostShards = [.. Enumerable.Range(0, members.Length).Where(i => shardOf[i] is null)];
        int[] lostSums = [.. Enumerable.Range(0, members.Length).Where(i => sumsOf[i] is null)];
        int me = members.ToList().FindIndex(m => m.Rank == rank);
        var parts = new List<IReadOnlyList<Term>>();
        for (int chunk = 0; chunk < code.DataChunks; chunk++)
        {
            if (code.Rebuild(code.StripeOfChunk(me, chunk), chunk, lostShards, lostSums) is not { } sources)
            {
                reason = $"of the failure group {string.Join(", ", members.Select(static m => m.Rank))} the shards of {Ranks(members, lostShards)} and what "
                    + $"{Ranks(members, lostSums)} kept are lost, and it bears {found.Kept}";
                return null;
            }

            parts.Add([.. sources.Select(s => s.IsSum
                ? new Term(sumsOf[s.Member]!.Value.Holder, sumsOf[s.Member]!.Value.File, found.PayloadOffsetBytes + (s.Index * found.ChunkBytes), s.Weight)
                : new Term(shardOf[s.Member]!.Value.Holder, shardOf[s.Member]!.Value.File, s.Index * found.ChunkBytes, s.Weight))]);
        }

        return new RebuildPlan(false, null, wanted.LengthBytes, found.ChunkBytes, parts);
    }

    private static string Ranks(RedundancyMember[] members, int[] lost) =>
        lost.Length == 0 ? "nobody" : string.Join(", ", lost.Select(i => $"rank {members[i].Rank}"));

    private static (int Holder, FoundFile File)? FindShard(int rank, long lengthBytes, uint checksum, IReadOnlyList<Inventory> all, int nearLeader)
    {
        (int Holder, FoundFile File)[] found = [.. Files(all)
            .Where(f => f.File.Redundancy is null && f.File.Rank == rank && f.File.LengthBytes == lengthBytes && f.File.Checksum == checksum)
            .OrderBy(f => all[f.Holder].Leader == nearLeader ? 0 : 1)];
        return found.Length == 0 ? null : found[0];
    }

    private static (int Holder, FoundFile File)? FindSums(int rank, RedundancyMember[] members, IReadOnlyList<Inventory> all)
    {
        (int Holder, FoundFile File)[] found = [.. Files(all).Where(f => f.File.Redundancy is { Layout: RedundancyLayout.Sums } r
            && f.File.Rank == rank && r.Members.SequenceEqual(members))];
        return found.Length == 0 ? null : found[0];
    }

    private static IEnumerable<(int Holder, FoundFile File)> Files(IReadOnlyList<Inventory> all) =>
        all.SelectMany(static (inventory, holder) => inventory.Files.Select(file => (holder, file)));

    private static bool Is(RedundancyMember member, int rank, ManifestShard wanted) =>
        member.Rank == rank && member.ShardChecksum == wanted.Checksum && member.ShardBytes == wanted.LengthBytes;

    /// <summary>A stretch of a file, and its weight in the sum.</summary>
    /// <param name="Holder">The rank in whose place the file lies.</param>
    /// <param name="File">The file.</param>
    /// <param name="OffsetBytes">Where the stretch begins in it.</param>
    /// <param name="Weight">What it is multiplied with.</param>
    internal sealed record Term(int Holder, FoundFile File, long OffsetBytes, byte Weight);
}
