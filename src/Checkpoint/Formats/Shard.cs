using System;
using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Checkpoint.Formats;

/// <summary>
/// One rank's state of one version: this is its header, which also knows where everything lies. All numbers little-endian.
/// <code>
/// offset  bytes
///      0      8  magic "HVSHARD\0"
///      8      4  format version: 1, or 2 if a region is stored block by block
///     12      4  flags, 0
///     16      8  header length H, checksum included
///     24      8  length of this file in bytes
///     32      8  checkpoint version
///     40      8  attempt
///     48      8  step
///     56      4  rank
///     60      4  number of ranks
///     64      4  bytes per checksummed block, a power of two from 4 KiB to 1 GiB
///     68    4+n  program: length, UTF-8
///      .      4  number of regions
///      .         per region (RegionEntry)
///    H-4      4  CRC-32C of the header before it: the shard's checksum, for it covers the checksums of all blocks
///      .         zeros up to a multiple of 4096
///                per region, at a multiple of 4096: its stored bytes, then zeros up to a multiple of 4096
///                trailer:
///             8  magic "HVSHEND\0"
///             8  length of this file in bytes
///             4  the shard's checksum again
///             4  CRC-32C of the trailer before it
/// </code>
/// The header is written last: while a shard is being written, or is torn, it does not begin as a shard does.
/// docs/formats/shard.md is the page of this file and of <see cref="RegionEntry"/>.
/// </summary>
internal sealed record Shard(
    VersionName Name, long Step, int Rank, int RankCount, string Program, int BlockBytes, IReadOnlyList<RegionEntry> Regions)
{
    /// <summary>Of shards whose regions are raw, byte for byte what it always was.</summary>
    public const int RawFormatVersion = 1;

    /// <summary>Of shards with regions that are stored block by block.</summary>
    public const int BlockwiseFormatVersion = 2;

    public const int AlignmentBytes = 4096;
    public const int DefaultBlockBytes = 1 << 20;
    public const int MinimumBlockBytes = 1 << 12;
    public const int MaximumBlockBytes = 1 << 30;

    /// <summary>Of format 2: a block must be held in memory to be decoded, and no file may make its reader take more.</summary>
    public const int MaximumBlockwiseBlockBytes = 1 << 20;

    public const int TrailerBytes = 24;
    public const int PrefixBytes = 32;

    private static readonly byte[] Magic = "HVSHARD\0"u8.ToArray();
    private static readonly byte[] EndMagic = "HVSHEND\0"u8.ToArray();

    /// <summary>The header's length H: 68 bytes, the program, the number of regions, the regions, the checksum.</summary>
    public long HeaderBytes =>
        68 + 4 + System.Text.Encoding.UTF8.GetByteCount(Program) + 4 + Regions.Sum(static r => (long)r.EntryBytes) + 4;

    /// <summary>1, or 2 for a shard that a reader of format 1 could not read.</summary>
    public int FormatVersion => Regions.Any(static r => r.Blocks is not null) ? BlockwiseFormatVersion : RawFormatVersion;

    /// <summary>Where the trailer begins.</summary>
    public long TrailerOffsetBytes => Regions.Count == 0 ? Align(HeaderBytes) : Align(Regions[^1].EndBytes);

    /// <summary>The whole file.</summary>
    public long LengthBytes => TrailerOffsetBytes + TrailerBytes;

    /// <summary>Lays regions out one after the other; their checksums are still to be filled in while they are written.</summary>
    public static Shard Plan(
        VersionName name, long step, int rank, int rankCount, string program, IReadOnlyList<RegionDescriptor> regions,
        int blockBytes = DefaultBlockBytes) =>
        new Shard(name, step, rank, rankCount, program, blockBytes, [.. regions.Select(r => RegionEntry.Raw(r, blockBytes))]).LaidOut();

    /// <summary>The same shard with its regions one after the other, from where the header ends.</summary>
    public Shard LaidOut()
    {
        RegionEntry[] entries = [.. Regions];
        long next = Align(HeaderBytes);
        for (int i = 0; i < entries.Length; i++)
        {
            entries[i] = entries[i] with { OffsetBytes = next };
            next = Align(entries[i].EndBytes);
        }

        return this with { Regions = entries };
    }

    public static long Align(long offsetBytes) => checked(offsetBytes + AlignmentBytes - 1) & -AlignmentBytes;

    /// <summary>The header with its checksum as its last four bytes.</summary>
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
        writer.Int64(Step);
        writer.Int32(Rank);
        writer.Int32(RankCount);
        writer.Int32(BlockBytes);
        writer.Text(Program);
        writer.Int32(Regions.Count);
        foreach (RegionEntry region in Regions) region.Encode(writer);
        writer.Checksum();
        return writer.ToArray();
    }

    public byte[] EncodeTrailer(uint shardChecksum)
    {
        var writer = new ByteWriter();
        writer.Bytes(EndMagic);
        writer.Int64(LengthBytes);
        writer.UInt32(shardChecksum);
        writer.Checksum();
        return writer.ToArray();
    }

    /// <summary>From the first <see cref="PrefixBytes"/> bytes: how long the header is, within the file that is really there.</summary>
    public static int DecodeHeaderLength(ReadOnlySpan<byte> prefix, long fileLengthBytes, string file)
    {
        var reader = new ByteReader(prefix, file);
        reader.Magic(Magic, "a shard");
        _ = ReadFormatVersion(ref reader);
        reader.Int32("flags", 0, 0);
        long headerBytes = reader.Int64("header length");
        long recordedBytes = reader.Int64("file length");
        if (recordedBytes != fileLengthBytes) throw reader.Bad($"has {fileLengthBytes} bytes, but its header records {recordedBytes}");
        if (headerBytes < PrefixBytes || headerBytes > fileLengthBytes - TrailerBytes || headerBytes > Array.MaxLength)
        {
            throw reader.Bad($"records a header of {headerBytes} bytes, which does not fit");
        }

        return (int)headerBytes;
    }

    /// <summary>Reads a header; throws <see cref="CheckpointFormatException"/> on anything but an intact one.</summary>
    public static Shard DecodeHeader(ReadOnlySpan<byte> header, long fileLengthBytes, string file)
    {
        var reader = new ByteReader(header, file);
        reader.CheckTrailingChecksum();
        reader.SkipTo(Magic.Length);
        int formatVersion = ReadFormatVersion(ref reader);
        reader.SkipTo(PrefixBytes);
        var name = new VersionName(reader.Int64("checkpoint version"), reader.Int64("attempt"));
        long step = reader.Int64("step");
        int rank = reader.Int32("rank", 0, int.MaxValue);
        int rankCount = reader.Int32("number of ranks", 1, int.MaxValue);
        if (rank >= rankCount) throw reader.Bad($"rank {rank} is not one of {rankCount}");
        int blockBytes = reader.Int32("block size", MinimumBlockBytes, formatVersion == RawFormatVersion ? MaximumBlockBytes : MaximumBlockwiseBlockBytes);
        if (!int.IsPow2(blockBytes)) throw reader.Bad($"block size {blockBytes} is not a power of two");
        string program = reader.Text("program", Manifest.MaximumProgramBytes);

        var regions = new RegionEntry[reader.Count("number of regions", RegionEntry.MinimumEntryBytes)];
        long next = Align(header.Length);
        for (int i = 0; i < regions.Length; i++)
        {
            regions[i] = RegionEntry.Decode(ref reader, formatVersion, blockBytes, expectedOffsetBytes: next, fileLengthBytes);
            next = Align(regions[i].EndBytes);
        }

        reader.CheckEnd();
        var shard = new Shard(name, step, rank, rankCount, program, blockBytes, regions);
        if (shard.FormatVersion != formatVersion) throw reader.Bad($"has format version {formatVersion}, and nothing in it that would need it");
        if (shard.LengthBytes != fileLengthBytes) throw reader.Bad($"lays out {shard.LengthBytes} bytes, but the file has {fileLengthBytes}");
        return shard;
    }

    /// <summary>Checks a trailer against what the header says; throws <see cref="CheckpointFormatException"/>.</summary>
    public void CheckTrailer(ReadOnlySpan<byte> trailer, uint shardChecksum, string file)
    {
        if (!trailer.SequenceEqual(EncodeTrailer(shardChecksum)))
        {
            throw new CheckpointFormatException(file, TrailerOffsetBytes, "the trailer does not match the header");
        }
    }

    private static int ReadFormatVersion(ref ByteReader reader)
    {
        uint value = reader.UInt32();
        return value is RawFormatVersion or BlockwiseFormatVersion
            ? (int)value
            : throw reader.Bad($"has format version {value}; this program reads versions {RawFormatVersion} and {BlockwiseFormatVersion}");
    }

    /// <summary>CRC-32C over the regions' names and formats.</summary>
    public uint RegionFormats()
    {
        var writer = new ByteWriter();
        foreach (RegionEntry region in Regions) region.EncodeFormat(writer);
        return Crc32C.Of(writer.Written);
    }
}
