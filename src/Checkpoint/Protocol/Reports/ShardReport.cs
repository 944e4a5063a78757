using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint.Protocol;

/// <summary>What each rank tells after writing and syncing its shard.</summary>
internal sealed record ShardReport(string? Problem, ManifestShard Shard) : IReport<ShardReport>
{
    public void Encode(ByteWriter writer)
    {
        writer.Text(Problem ?? "");
        writer.Int64(Shard.LengthBytes);
        writer.UInt32(Shard.Checksum);
        writer.UInt32(Shard.RegionFormats);
        writer.Int32(Shard.Leader);
    }

    public static ShardReport Decode(ref ByteReader reader) =>
        new(reader.Reason(), new ManifestShard(
            reader.Int64("shard bytes"), reader.UInt32(), reader.UInt32(), reader.Int32("leader", 0, int.MaxValue)));
}
