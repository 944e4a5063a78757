using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Checkpoint.Formats;

/// <summary>
/// That an attempt began, and which versions of older attempts were committed by then. A commit of an older attempt that is not
/// on this list came too late, from a rank that woke up, and does not count. All numbers little-endian.
/// <code>
/// offset  bytes
///      0      8  magic "HVATTMP\0"
///      8      4  format version, 1
///     12      4  flags, 0
///     16      8  attempt
///     24      4  number of versions inherited
///     28     16  per version: checkpoint version (8), attempt that wrote it (8)
///      .      4  CRC-32C of everything before
/// </code>
/// docs/formats/directory.md is the page of this file.
/// </summary>
internal sealed record AttemptRecord(long Attempt, IReadOnlyList<VersionName> Inherited)
{
    public const int FormatVersion = 1;

    /// <summary>Far more versions than a directory ever keeps.</summary>
    public const int MaximumBytes = 1 << 20;

    private static readonly byte[] Magic = "HVATTMP\0"u8.ToArray();

    /// <summary>Whether a committed version counts under this record.</summary>
    public bool Admits(VersionName name) => name.Attempt >= Attempt || Inherited.Contains(name);

    public byte[] Encode()
    {
        var writer = new ByteWriter();
        writer.Bytes(Magic);
        writer.Int32(FormatVersion);
        writer.Int32(0);
        writer.Int64(Attempt);
        writer.Int32(Inherited.Count);
        foreach (VersionName name in Inherited)
        {
            writer.Int64(name.Version);
            writer.Int64(name.Attempt);
        }

        writer.Checksum();
        return writer.ToArray();
    }

    /// <summary>Reads a record; throws <see cref="CheckpointFormatException"/> on anything but an intact one.</summary>
    public static AttemptRecord Decode(byte[] bytes, string file)
    {
        var reader = new ByteReader(bytes, file);
        reader.Magic(Magic, "an attempt record");
        reader.FormatVersion(FormatVersion);
        reader.CheckTrailingChecksum();
        reader.Int32("flags", 0, 0);
        long attempt = reader.Int64("attempt");
        var inherited = new VersionName[reader.Count("number of versions", 16)];
        for (int i = 0; i < inherited.Length; i++)
        {
            inherited[i] = new VersionName(reader.Int64("checkpoint version"), reader.Int64("attempt"));
        }

        reader.CheckEnd();
        return new AttemptRecord(attempt, inherited);
    }

    public bool Equals(AttemptRecord? other) =>
        other is not null && Attempt == other.Attempt && Inherited.SequenceEqual(other.Inherited);

    public override int GetHashCode() => Attempt.GetHashCode();
}
