using System;

namespace HpcVirt.Checkpoint.Formats;

/// <summary>
/// That an attempt started from a version. As long as that attempt has committed nothing, the version is under suspicion of making the
/// program fail. All numbers little-endian.
/// <code>
/// offset  bytes
///      0      8  magic "HVSTART\0"
///      8      4  format version, 1
///     12      4  flags, 0
///     16      8  attempt that started
///     24      8  checkpoint version it started from
///     32      8  attempt that wrote that version
///     40      4  CRC-32C of everything before
/// </code>
/// docs/formats/directory.md is the page of this file.
/// </summary>
/// <param name="Attempt">The attempt that started.</param>
/// <param name="From">The version it started from.</param>
internal sealed record StartRecord(long Attempt, VersionName From)
{
    public const int FormatVersion = 1;

    public const int Bytes = 44;

    private static readonly byte[] Magic = "HVSTART\0"u8.ToArray();

    public byte[] Encode()
    {
        var writer = new ByteWriter();
        writer.Bytes(Magic);
        writer.Int32(FormatVersion);
        writer.Int32(0);
        writer.Int64(Attempt);
        writer.Int64(From.Version);
        writer.Int64(From.Attempt);
        writer.Checksum();
        return writer.ToArray();
    }

    /// <exception cref="CheckpointFormatException">The bytes are not a record.</exception>
    public static StartRecord Decode(ReadOnlySpan<byte> bytes, string file)
    {
        var reader = new ByteReader(bytes, file);
        reader.CheckTrailingChecksum();
        reader.Magic(Magic, "the record of a start");
        reader.FormatVersion(FormatVersion);
        _ = reader.Int32("flags", 0, 0);
        long attempt = reader.Int64("attempt");
        var from = new VersionName(reader.Int64("checkpoint version"), reader.Int64("attempt"));
        reader.CheckEnd();
        return new StartRecord(attempt, from);
    }
}
