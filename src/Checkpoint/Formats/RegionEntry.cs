using System.Linq;

namespace HpcVirt.Checkpoint.Formats;

/// <summary>
/// One region in a shard's header. All numbers little-endian.
/// <code>
/// offset  bytes
///      0      4  length of this entry in bytes; a reader skips what it does not know at its end
///      4      4  encoding of the stored bytes: 0 = raw; a reader refuses what it does not know
///      8      8  where the stored bytes begin in the file, a multiple of 4096
///     16      8  stored bytes
///     24      8  length of the region in memory in bytes; raw: the same
///     32      4  bytes per element
///     36      4  number of dimensions D, 0 to 32
///     40    8*D  extents in elements, slowest first
///      .    4+n  name: length, UTF-8
///      .    4+n  element type: length, UTF-8
///      .      4  number of blocks B: stored bytes by block size, rounded up
///      .    4*B  CRC-32C of each block
/// </code>
/// </summary>
internal sealed record RegionEntry(RegionDescriptor Descriptor, long OffsetBytes, long StoredBytes, uint[] BlockChecksums)
{
    public const int MinimumEntryBytes = 52;

    private const int RawEncoding = 0;

    public long EndBytes => checked(OffsetBytes + StoredBytes);

    /// <summary>The length of this entry in the header.</summary>
    public int EntryBytes { get; } = checked(
        MinimumEntryBytes
        + (8 * Descriptor.Shape.Count)
        + System.Text.Encoding.UTF8.GetByteCount(Descriptor.Name)
        + System.Text.Encoding.UTF8.GetByteCount(Descriptor.ElementType)
        + (4 * BlockChecksums.Length));

    public static RegionEntry Raw(RegionDescriptor descriptor, int blockBytes) =>
        new(descriptor, 0, descriptor.LengthBytes, new uint[BlockCount(descriptor.LengthBytes, blockBytes)]);

    public static long BlockCount(long storedBytes, int blockBytes) =>
        (storedBytes / blockBytes) + (storedBytes % blockBytes == 0 ? 0 : 1);

    /// <summary>The length of a block: all are full but the last.</summary>
    public int BlockLength(int block, int blockBytes) => (int)long.Min(blockBytes, StoredBytes - ((long)block * blockBytes));

    public void Encode(ByteWriter writer)
    {
        writer.Int32(EntryBytes);
        writer.Int32(RawEncoding);
        writer.Int64(OffsetBytes);
        writer.Int64(StoredBytes);
        writer.Int64(Descriptor.LengthBytes);
        writer.Int32(Descriptor.ElementBytes);
        writer.Int32(Descriptor.Shape.Count);
        foreach (long extent in Descriptor.Shape) writer.Int64(extent);
        writer.Text(Descriptor.Name);
        writer.Text(Descriptor.ElementType);
        writer.Int32(BlockChecksums.Length);
        foreach (uint checksum in BlockChecksums) writer.UInt32(checksum);
    }

    /// <summary>Only what makes the format: two ranks or two versions with equal bytes here hold the same kind of data.</summary>
    public void EncodeFormat(ByteWriter writer)
    {
        writer.Text(Descriptor.Name);
        writer.Text(Descriptor.ElementType);
        writer.Int32(Descriptor.ElementBytes);
        writer.Int32(Descriptor.Shape.Count);
        foreach (long extent in Descriptor.Shape) writer.Int64(extent);
    }

    public static RegionEntry Decode(ref ByteReader reader, int blockBytes, long expectedOffsetBytes, long fileLengthBytes)
    {
        int start = reader.Position;
        int entryBytes = reader.Int32("region entry length", MinimumEntryBytes, reader.Remaining);
        uint encoding = reader.UInt32();
        if (encoding != RawEncoding) throw reader.Bad($"a region has encoding {encoding}; this program reads {RawEncoding} (raw)");
        long offsetBytes = reader.Int64("region offset");
        long storedBytes = reader.Int64("stored bytes");
        long lengthBytes = reader.Int64("region length");
        if (offsetBytes != expectedOffsetBytes) throw reader.Bad($"a region lies at {offsetBytes} instead of {expectedOffsetBytes}");
        if (storedBytes != lengthBytes) throw reader.Bad($"a raw region of {lengthBytes} bytes stores {storedBytes}");
        if (storedBytes > fileLengthBytes - offsetBytes) throw reader.Bad($"a region of {storedBytes} bytes reaches beyond the end");

        int elementBytes = reader.Int32("bytes per element", 1, int.MaxValue);
        long[] shape = new long[reader.Int32("number of dimensions", 0, RegionDescriptor.MaximumDimensions)];
        for (int i = 0; i < shape.Length; i++) shape[i] = reader.Int64("extent");
        if (RegionDescriptor.BytesOf(shape, elementBytes) != lengthBytes)
        {
            throw reader.Bad($"[{string.Join(", ", shape)}] elements of {elementBytes} bytes do not make {lengthBytes} bytes");
        }

        string name = reader.Text("region name", RegionDescriptor.MaximumNameBytes);
        string elementType = reader.Text("element type", RegionDescriptor.MaximumNameBytes);
        int blocks = reader.Count("number of blocks", 4);
        if (blocks != BlockCount(storedBytes, blockBytes)) throw reader.Bad($"region '{name}' of {storedBytes} bytes has {blocks} blocks");
        uint[] checksums = new uint[blocks];
        for (int i = 0; i < blocks; i++) checksums[i] = reader.UInt32();

        if (reader.Position - start > entryBytes) throw reader.Bad($"region '{name}' is longer than its entry of {entryBytes} bytes");
        reader.SkipTo(start + entryBytes);
        return new RegionEntry(
            new RegionDescriptor(name, elementType, elementBytes, shape, lengthBytes), offsetBytes, storedBytes, checksums);
    }

    public bool Equals(RegionEntry? other) =>
        other is not null && Descriptor.Equals(other.Descriptor) && OffsetBytes == other.OffsetBytes
        && StoredBytes == other.StoredBytes && BlockChecksums.SequenceEqual(other.BlockChecksums);

    public override int GetHashCode() => Descriptor.GetHashCode();
}
