using System;
using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Checkpoint.Formats;

/// <summary>
/// What one rank keeps so that shards of others can be rebuilt: this is its header. All numbers little-endian.
/// <code>
/// offset  bytes
///      0      8  magic "HVREDUN\0"
///      8      4  format version, 1
///     12      4  flags, 0
///     16      8  header length H, checksum included
///     24      8  length of this file in bytes
///     32      8  checkpoint version
///     40      8  attempt
///     48      4  rank that keeps it
///     52      4  layout: 1 = a copy of the member before the keeper, 2 = sums of chunks (StripeCode)
///     56      4  sums or copies kept K
///     60      4  members of the failure group G
///     64      8  bytes per sum or copy C, a multiple of 4096
///     72      4  bytes per checksummed block
///     76     16  per member: rank (4), its shard's checksum (4), its shard's length (8)
///      .      4  number of blocks B = K * C / block size, rounded up
///      .    4*B  CRC-32C of each block
///    H-4      4  CRC-32C of the header before it
///      .         zeros up to a multiple of 4096
///      .    K*C  the sums or copies
///      .     24  trailer: magic "HVREEND\0" (8), length of this file (8), CRC-32C of the header (4), CRC-32C of the trailer before it (4)
/// </code>
/// docs/formats/redundancy.md is the page of this file.
/// </summary>
internal sealed record RedundancyFile(
    VersionName Name, int Keeper, RedundancyLayout Layout, int Kept, long ChunkBytes, IReadOnlyList<RedundancyMember> Members, uint[] BlockChecksums)
{
    public const int FormatVersion = 1;
    public const int TrailerBytes = 24;
    public const int MembersMax = 128;
    public const int MaximumHeaderBytes = 1 << 28;

    private const int MemberBytes = 16;
    private const int FixedBytes = 76;

    private static readonly byte[] Magic = "HVREDUN\0"u8.ToArray();
    private static readonly byte[] EndMagic = "HVREEND\0"u8.ToArray();

    public long HeaderBytes => FixedBytes + ((long)MemberBytes * Members.Count) + 4 + (4L * BlockChecksums.Length) + 4;

    public long PayloadOffsetBytes => Shard.Align(HeaderBytes);

    public long PayloadBytes => Kept * ChunkBytes;

    public long LengthBytes => PayloadOffsetBytes + PayloadBytes + TrailerBytes;

    public static RedundancyFile Plan(
        VersionName name, int keeper, RedundancyLayout layout, int kept, long chunkBytes, IReadOnlyList<RedundancyMember> members) =>
        new(name, keeper, layout, kept, chunkBytes, members, new uint[BlockCount(kept, chunkBytes)]);

    public byte[] EncodeHeader()
    {
        var writer = new ByteWriter();
        writer.Bytes(Magic);
        writer.Int32(FormatVersion);
        writer.Int32(0);
        writer.Int64(HeaderBytes);
        writer.Int64(LengthBytes);
        writer.Int64(Name.Version);
        writer.Int64(Name.Attempt);
        writer.Int32(Keeper);
        writer.Int32((int)Layout);
        writer.Int32(Kept);
        writer.Int32(Members.Count);
        writer.Int64(ChunkBytes);
        writer.Int32(Shard.DefaultBlockBytes);
        foreach (RedundancyMember member in Members)
        {
            writer.Int32(member.Rank);
            writer.UInt32(member.ShardChecksum);
            writer.Int64(member.ShardBytes);
        }

        writer.Int32(BlockChecksums.Length);
        foreach (uint checksum in BlockChecksums) writer.UInt32(checksum);
        writer.Checksum();
        return writer.ToArray();
    }

    public byte[] EncodeTrailer(uint headerChecksum)
    {
        var writer = new ByteWriter();
        writer.Bytes(EndMagic);
        writer.Int64(LengthBytes);
        writer.UInt32(headerChecksum);
        writer.Checksum();
        return writer.ToArray();
    }

    /// <summary>From the first 32 bytes: how long the header is, within the file that is really there.</summary>
    public static int DecodeHeaderLength(ReadOnlySpan<byte> prefix, long fileLengthBytes, string file)
    {
        var reader = new ByteReader(prefix, file);
        reader.Magic(Magic, "a redundancy file");
        reader.FormatVersion(FormatVersion);
        reader.Int32("flags", 0, 0);
        long headerBytes = reader.Int64("header length");
        long recordedBytes = reader.Int64("file length");
        if (recordedBytes != fileLengthBytes) throw reader.Bad($"has {fileLengthBytes} bytes, but its header records {recordedBytes}");
        if (headerBytes < FixedBytes || headerBytes > long.Min(fileLengthBytes, MaximumHeaderBytes)) throw reader.Bad($"records a header of {headerBytes} bytes, which does not fit");
        return (int)headerBytes;
    }

    /// <summary>Reads a header; throws <see cref="CheckpointFormatException"/> on anything but an intact one.</summary>
    public static RedundancyFile DecodeHeader(ReadOnlySpan<byte> header, long fileLengthBytes, string file)
    {
        var reader = new ByteReader(header, file);
        reader.CheckTrailingChecksum();
        reader.SkipTo(Shard.PrefixBytes);
        var name = new VersionName(reader.Int64("checkpoint version"), reader.Int64("attempt"));
        int keeper = reader.Int32("keeper", 0, int.MaxValue);
        var layout = (RedundancyLayout)reader.Int32("layout", (int)RedundancyLayout.Copy, (int)RedundancyLayout.Sums);
        int kept = reader.Int32("sums kept", 1, MembersMax);
        int count = reader.Int32("members", 2, MembersMax);
        if (kept >= count) throw reader.Bad($"keeps {kept} sums in a group of {count}");
        long chunkBytes = reader.Int64("chunk bytes");
        if (chunkBytes % Shard.AlignmentBytes != 0 || chunkBytes > fileLengthBytes / kept) throw reader.Bad($"keeps {kept} sums of {chunkBytes} bytes, which does not fit");
        reader.Int32("block size", Shard.DefaultBlockBytes, Shard.DefaultBlockBytes);
        var members = new RedundancyMember[count];
        for (int i = 0; i < count; i++) members[i] = new RedundancyMember(reader.Int32("rank", 0, int.MaxValue), reader.UInt32(), reader.Int64("shard length"));
        if (!members.Any(m => m.Rank == keeper)) throw reader.Bad($"is kept by rank {keeper}, which is no member");

        uint[] checksums = new uint[reader.Count("number of blocks", 4)];
        if (checksums.Length != BlockCount(kept, chunkBytes)) throw reader.Bad($"has {checksums.Length} blocks");
        for (int i = 0; i < checksums.Length; i++) checksums[i] = reader.UInt32();
        reader.CheckEnd();
        var decoded = new RedundancyFile(name, keeper, layout, kept, chunkBytes, members, checksums);
        if (decoded.LengthBytes != fileLengthBytes) throw reader.Bad($"lays out {decoded.LengthBytes} bytes, but the file has {fileLengthBytes}");
        return decoded;
    }

    /// <summary>The length of a block: all are full but the last.</summary>
    public int BlockLength(int block) => (int)long.Min(Shard.DefaultBlockBytes, PayloadBytes - ((long)block * Shard.DefaultBlockBytes));

    private static long BlockCount(int kept, long chunkBytes) => RegionEntry.BlockCount(kept * chunkBytes, Shard.DefaultBlockBytes);
}
