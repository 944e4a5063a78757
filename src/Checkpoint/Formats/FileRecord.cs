using System.Numerics;

namespace HpcVirt.Checkpoint.Formats;

/// <summary>
/// What a file of the application was at the instant of a checkpoint; the first bytes of the region that stands for it. All numbers
/// little-endian.
/// <code>
/// offset  bytes
///      0      8  magic "HVFILEM\0"
///      8      4  format version, 1
///     12      4  flags: 1 the file was there; 2 its bytes follow, from offset 4096 of the region
///     16      4  permission bits, 0 if it was not there
///     20      8  length of the file in bytes, 0 if it was not there
///     28      4  CRC-32C of the file's bytes; 0 if they follow, for then the shard's blocks have checksums of their own
///     32      4  CRC-32C of everything before
/// </code>
/// docs/formats/file-record.md is the page of this file.
/// </summary>
/// <param name="IsThere">Whether the file existed.</param>
/// <param name="HoldsBytes">Whether its bytes follow the record.</param>
/// <param name="Mode">Its permission bits.</param>
/// <param name="LengthBytes">Its length.</param>
/// <param name="Checksum">Of its bytes.</param>
internal sealed record FileRecord(bool IsThere, bool HoldsBytes, int Mode, long LengthBytes, uint Checksum)
{
    public const int FormatVersion = 1;

    public const int Bytes = 36;

    /// <summary>Where the file's own bytes begin in the region, if they follow: at a page, as file systems share extents.</summary>
    public const int ContentOffsetBytes = 4096;

    private const int ThereFlag = 1;
    private const int BytesFlag = 2;
    private const int ModeMax = 0b111_111_111_111;

    private static readonly byte[] Magic = "HVFILEM\0"u8.ToArray();

    public static FileRecord Absent { get; } = new(false, false, 0, 0, 0);

    public byte[] Encode()
    {
        var writer = new ByteWriter();
        writer.Bytes(Magic);
        writer.Int32(FormatVersion);
        writer.Int32((IsThere ? ThereFlag : 0) | (HoldsBytes ? BytesFlag : 0));
        writer.Int32(Mode);
        writer.Int64(LengthBytes);
        writer.UInt32(Checksum);
        writer.Checksum();
        return writer.ToArray();
    }

    /// <exception cref="CheckpointFormatException">The bytes are not a record.</exception>
    public static FileRecord Decode(System.ReadOnlySpan<byte> bytes, string file)
    {
        var reader = new ByteReader(bytes, file);
        reader.CheckTrailingChecksum();
        reader.Magic(Magic, "the record of a file");
        reader.FormatVersion(FormatVersion);
        int flags = reader.Int32("flags", 0, ThereFlag | BytesFlag);
        int mode = reader.Int32("mode", 0, ModeMax);
        long lengthBytes = reader.Int64("length");
        uint checksum = reader.UInt32();
        reader.CheckEnd();
        bool isThere = (flags & ThereFlag) != 0;
        bool holdsBytes = (flags & BytesFlag) != 0;
        if (!isThere && (BitOperations.PopCount((uint)flags) > 0 || mode != 0 || lengthBytes != 0 || checksum != 0)) throw reader.Bad("a file that was not there has no properties");
        if (holdsBytes && checksum != 0) throw reader.Bad("bytes that follow have their checksums in the shard, not here");
        return new FileRecord(isThere, holdsBytes, mode, lengthBytes, checksum);
    }
}
