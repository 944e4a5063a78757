using System.Collections.Generic;
using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint.Protocol;

/// <summary>An intact file of a version, as the rank that read it reports it.</summary>
/// <param name="Path">Its path inside the place it was found in.</param>
/// <param name="Rank">The rank whose shard it is, or that kept it.</param>
/// <param name="LengthBytes">Its length.</param>
/// <param name="Checksum">Of its header.</param>
/// <param name="Redundancy">Null for a shard; else what it can serve for.</param>
internal sealed record FoundFile(string Path, int Rank, long LengthBytes, uint Checksum, FoundRedundancy? Redundancy)
{
    public void Encode(ByteWriter writer)
    {
        writer.Text(Path);
        writer.Int32(Rank);
        writer.Int64(LengthBytes);
        writer.UInt32(Checksum);
        writer.Int32((int)(Redundancy?.Layout ?? 0));
        if (Redundancy is null) return;
        writer.Int32(Redundancy.Kept);
        writer.Int64(Redundancy.ChunkBytes);
        writer.Int64(Redundancy.PayloadOffsetBytes);
        writer.Int32(Redundancy.Members.Count);
        foreach (RedundancyMember member in Redundancy.Members)
        {
            writer.Int32(member.Rank);
            writer.UInt32(member.ShardChecksum);
            writer.Int64(member.ShardBytes);
        }
    }

    public static FoundFile Decode(ref ByteReader reader)
    {
        string path = reader.Text("path", 4096);
        int rank = reader.Int32("rank", 0, int.MaxValue);
        long lengthBytes = reader.Int64("length");
        uint checksum = reader.UInt32();
        var layout = (RedundancyLayout)reader.Int32("layout", 0, (int)RedundancyLayout.Sums);
        if (layout == 0) return new FoundFile(path, rank, lengthBytes, checksum, null);
        int kept = reader.Int32("sums kept", 1, RedundancyFile.MembersMax);
        long chunkBytes = reader.Int64("chunk bytes");
        long payloadOffsetBytes = reader.Int64("payload offset");
        var members = new List<RedundancyMember>();
        for (int count = reader.Count("members", 16); count > 0; count--)
            members.Add(new RedundancyMember(reader.Int32("rank", 0, int.MaxValue), reader.UInt32(), reader.Int64("shard length")));
        return new FoundFile(path, rank, lengthBytes, checksum, new FoundRedundancy(layout, kept, chunkBytes, payloadOffsetBytes, members));
    }
}
