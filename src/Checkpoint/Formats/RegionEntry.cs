using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Checkpoint.Formats;

/// <summary>
/// One region in a shard's header. All numbers little-endian.
/// <code>
/// offset  bytes
///      0      4  length of this entry in bytes; a reader skips what it does not know at its end
///      4      4  encoding of the stored bytes: 0 = raw, 1 = block by block (format version 2 only); a reader refuses what it does not know
///      8      8  where the stored bytes begin in the file, a multiple of 4096
///     16      8  stored bytes
///     24      8  length of the region in memory in bytes; raw: the same
///     32      4  bytes per element
///     36      4  number of dimensions D, 0 to 32
///     40    8*D  extents in elements, slowest first
///      .    4+n  name: length, UTF-8
///      .    4+n  element type: length, UTF-8
///      .      4  number of blocks B: bytes in memory by block size, rounded up
///      .    4*B  CRC-32C of each block in memory
///      .         only of a region that is stored block by block, per block:
///             4  encoding: 0 = raw, 1 = LZ4, 2 = Zstandard, the last two of bytes that were sorted by their place in the element
///             4  stored bytes
///             4  CRC-32C of the stored bytes
///      .         only of a region that is a part of a global array:
///             4  kind: 1 = block, 2 = block-cyclic, 3 = index list
///           4*4  how many numbers follow of each of four lists
///             .  8 each: the array's extents; then block: begin, extents, halo of the box; block-cyclic: block, grid, place in the grid;
///                index list: first numbers of runs, their lengths
/// </code>
/// </summary>
internal sealed record RegionEntry(RegionDescriptor Descriptor, long OffsetBytes, long StoredBytes, uint[] BlockChecksums)
{
    public const int MinimumEntryBytes = 52;

    private const int RawEncoding = 0;
    private const int BlockwiseEncoding = 1;
    private const int DecompositionHeadBytes = 20;

    private readonly StoredBlock[]? _blocks;
    private readonly long[] _blockOffsets = [];

    public long EndBytes => checked(OffsetBytes + StoredBytes);

    /// <summary>How each block is stored; null for a region that is raw as a whole.</summary>
    public StoredBlock[]? Blocks
    {
        get => _blocks;
        init
        {
            _blocks = value;
            _blockOffsets = new long[value?.Length ?? 0];
            for (int i = 1; i < _blockOffsets.Length; i++) _blockOffsets[i] = _blockOffsets[i - 1] + value![i - 1].StoredBytes;
        }
    }

    /// <summary>The length of this entry in the header.</summary>
    public int EntryBytes => checked(
        MinimumEntryBytes
        + (8 * Descriptor.Shape.Count)
        + System.Text.Encoding.UTF8.GetByteCount(Descriptor.Name)
        + System.Text.Encoding.UTF8.GetByteCount(Descriptor.ElementType)
        + (4 * BlockChecksums.Length)
        + (StoredBlock.EntryBytes * (Blocks?.Length ?? 0))
        + DecompositionBytes(Descriptor.Decomposition));

    public static RegionEntry Raw(RegionDescriptor descriptor, int blockBytes) =>
        new(descriptor, 0, descriptor.LengthBytes, new uint[BlockCount(descriptor.LengthBytes, blockBytes)]);

    public static long BlockCount(long lengthBytes, int blockBytes) =>
        (lengthBytes / blockBytes) + (lengthBytes % blockBytes == 0 ? 0 : 1);

    /// <summary>The length of a block in memory: all are full but the last.</summary>
    public int BlockLength(int block, int blockBytes) => (int)long.Min(blockBytes, Descriptor.LengthBytes - ((long)block * blockBytes));

    /// <summary>Where a block begins in the file.</summary>
    public long BlockOffset(int block, int blockBytes) => OffsetBytes + (Blocks is null ? (long)block * blockBytes : _blockOffsets[block]);

    public void Encode(ByteWriter writer)
    {
        writer.Int32(EntryBytes);
        writer.Int32(Blocks is null ? RawEncoding : BlockwiseEncoding);
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
        foreach (StoredBlock block in Blocks ?? [])
        {
            writer.Int32((int)block.Encoding);
            writer.Int32(block.StoredBytes);
            writer.UInt32(block.Checksum);
        }

        if (Descriptor.Decomposition is not { } part) return;
        writer.Int32((int)part.Kind + 1);
        IReadOnlyList<long>[] lists = [part.GlobalShape, part.First, part.Second, part.Third];
        foreach (IReadOnlyList<long> list in lists) writer.Int32(list.Count);
        foreach (long number in lists.SelectMany(static list => list)) writer.Int64(number);
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

    public static RegionEntry Decode(ref ByteReader reader, int formatVersion, int blockBytes, long expectedOffsetBytes, long fileLengthBytes)
    {
        int start = reader.Position;
        int entryBytes = reader.Int32("region entry length", MinimumEntryBytes, reader.Remaining);
        uint encoding = reader.UInt32();
        bool isBlockwise = encoding == BlockwiseEncoding && formatVersion >= Shard.BlockwiseFormatVersion;
        if (encoding != RawEncoding && !isBlockwise)
            throw reader.Bad($"a region has encoding {encoding}; of format {formatVersion} this program reads {RawEncoding} (raw){(formatVersion > 1 ? " and 1 (block by block)" : "")}");
        long offsetBytes = reader.Int64("region offset");
        long storedBytes = reader.Int64("stored bytes");
        long lengthBytes = reader.Int64("region length");
        if (offsetBytes != expectedOffsetBytes) throw reader.Bad($"a region lies at {offsetBytes} instead of {expectedOffsetBytes}");
        if (!isBlockwise && storedBytes != lengthBytes) throw reader.Bad($"a raw region of {lengthBytes} bytes stores {storedBytes}");
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
        if (blocks != BlockCount(lengthBytes, blockBytes)) throw reader.Bad($"region '{name}' of {lengthBytes} bytes has {blocks} blocks");
        uint[] checksums = new uint[blocks];
        for (int i = 0; i < blocks; i++) checksums[i] = reader.UInt32();
        StoredBlock[]? stored = isBlockwise ? DecodeBlocks(ref reader, name, blocks, blockBytes, lengthBytes, storedBytes) : null;

        RegionDecomposition? part = entryBytes - (reader.Position - start) >= DecompositionHeadBytes ? DecodeDecomposition(ref reader, name, shape) : null;
        if (reader.Position - start > entryBytes) throw reader.Bad($"region '{name}' is longer than its entry of {entryBytes} bytes");
        reader.SkipTo(start + entryBytes);
        var descriptor = new RegionDescriptor(name, elementType, elementBytes, shape, lengthBytes) { Decomposition = part };
        return new RegionEntry(descriptor, offsetBytes, storedBytes, checksums) { Blocks = stored };
    }

    private static StoredBlock[] DecodeBlocks(ref ByteReader reader, string name, int blocks, int blockBytes, long lengthBytes, long storedBytes)
    {
        if (blocks > reader.Remaining / StoredBlock.EntryBytes) throw reader.Bad($"region '{name}' has no room for what it says of {blocks} blocks");
        var stored = new StoredBlock[blocks];
        long totalBytes = 0;
        for (int i = 0; i < blocks; i++)
        {
            int memoryBytes = (int)long.Min(blockBytes, lengthBytes - ((long)i * blockBytes));
            var encoding = (BlockEncoding)reader.Int32("block encoding", (int)BlockEncoding.Raw, (int)BlockEncoding.Zstd);

            // What did not become smaller is stored raw, so there is one right encoding of it.
            bool isRaw = encoding == BlockEncoding.Raw;
            stored[i] = new StoredBlock(encoding, reader.Int32("stored bytes of a block", isRaw ? memoryBytes : 1, isRaw ? memoryBytes : memoryBytes - 1), reader.UInt32());
            totalBytes += stored[i].StoredBytes;
        }

        if (totalBytes != storedBytes) throw reader.Bad($"the blocks of region '{name}' store {totalBytes} bytes, not {storedBytes}");
        return stored;
    }

    private static int DecompositionBytes(RegionDecomposition? part) => part is null
        ? 0
        : checked(DecompositionHeadBytes + (8 * (part.GlobalShape.Count + part.First.Count + part.Second.Count + part.Third.Count)));

    /// <summary>A kind that this program does not know describes something that it cannot use; the bytes are as good without.</summary>
    private static RegionDecomposition? DecodeDecomposition(ref ByteReader reader, string name, long[] shape)
    {
        int kind = reader.Int32("kind of decomposition", int.MinValue, int.MaxValue) - 1;
        if (kind is < (int)DecompositionKind.Block or > (int)DecompositionKind.IndexList) return null;
        int[] counts = new int[4];
        for (int i = 0; i < counts.Length; i++) counts[i] = reader.Count("numbers of a decomposition", 8);
        long[][] lists = new long[4][];
        for (int i = 0; i < lists.Length; i++)
        {
            if (counts[i] > reader.Remaining / 8) throw reader.Bad($"the decomposition of region '{name}' ends early");
            lists[i] = new long[counts[i]];
            for (int j = 0; j < counts[i]; j++) lists[i][j] = reader.SignedInt64();
        }

        RegionDecomposition? part = RegionDecomposition.TryMake((DecompositionKind)kind, lists[0], lists[1], lists[2], lists[3]);
        return part is not null && part.MemoryShape().SequenceEqual(shape) ? part : throw reader.Bad($"the decomposition of region '{name}' does not fit its shape");
    }

    public bool Equals(RegionEntry? other) =>
        other is not null && Descriptor.Equals(other.Descriptor) && OffsetBytes == other.OffsetBytes
        && StoredBytes == other.StoredBytes && BlockChecksums.SequenceEqual(other.BlockChecksums);

    public override int GetHashCode() => Descriptor.GetHashCode();
}
