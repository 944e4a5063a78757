using System;
using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Checkpoint.Formats;

/// <summary>
/// What belongs to a version, the same in every place. All numbers little-endian.
/// <code>
/// offset  bytes
///      0      8  magic "HVMANIF\0"
///      8      4  format version, 1
///     12      4  flags, 0
///     16      8  length of this file in bytes
///     24      8  checkpoint version
///     32      8  attempt
///     40      8  step
///     48      8  written at, milliseconds since 1970-01-01 UTC
///     56    4+n  program: length, UTF-8
///      .      4  number of ranks
///      .     20  per rank: shard length (8), shard checksum (4), checksum of its regions' formats (4),
///                the lowest rank of its place (4)
///      .      4  CRC-32C of everything before
/// </code>
/// docs/formats/manifest.md is the page of this file.
/// </summary>
internal sealed record Manifest(
    VersionName Name, long Step, long WrittenAtUnixMs, string Program, IReadOnlyList<ManifestShard> Shards)
{
    public const int FormatVersion = 1;
    public const int MaximumProgramBytes = 1024;

    /// <summary>Room for three million ranks; a longer file is refused before it is read.</summary>
    public const int MaximumBytes = 64 << 20;

    private const int ShardBytes = 20;

    private static readonly long MaximumUnixMs = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    private static readonly byte[] Magic = "HVMANIF\0"u8.ToArray();

    public byte[] Encode()
    {
        var writer = new ByteWriter();
        writer.Bytes(Magic);
        writer.Int32(FormatVersion);
        writer.Int32(0);
        int programBytes = System.Text.Encoding.UTF8.GetByteCount(Program);
        writer.Int64(56 + 4 + programBytes + 4 + ((long)ShardBytes * Shards.Count) + 4);
        writer.Int64(Name.Version);
        writer.Int64(Name.Attempt);
        writer.Int64(Step);
        writer.Int64(WrittenAtUnixMs);
        writer.Text(Program);
        writer.Int32(Shards.Count);
        foreach (ManifestShard shard in Shards)
        {
            writer.Int64(shard.LengthBytes);
            writer.UInt32(shard.Checksum);
            writer.UInt32(shard.RegionFormats);
            writer.Int32(shard.Leader);
        }

        writer.Checksum();
        return writer.ToArray();
    }

    /// <summary>Reads a manifest; throws <see cref="CheckpointFormatException"/> on anything but an intact one.</summary>
    public static Manifest Decode(byte[] bytes, string file)
    {
        var reader = new ByteReader(bytes, file);
        reader.Magic(Magic, "a manifest");
        reader.FormatVersion(FormatVersion);
        reader.CheckTrailingChecksum();
        reader.Int32("flags", 0, 0);
        if (reader.Int64("length") != bytes.Length) throw reader.Bad($"records another length than its {bytes.Length} bytes");

        var name = new VersionName(reader.Int64("checkpoint version"), reader.Int64("attempt"));
        long step = reader.Int64("step");
        long writtenAtUnixMs = reader.Int64("written at");
        if (writtenAtUnixMs > MaximumUnixMs) throw reader.Bad("was written after the year 9999");
        string program = reader.Text("program", MaximumProgramBytes);
        var shards = new ManifestShard[reader.Count("number of ranks", ShardBytes)];
        for (int rank = 0; rank < shards.Length; rank++)
        {
            shards[rank] = new ManifestShard(
                reader.Int64("shard length"), reader.UInt32(), reader.UInt32(), reader.Int32("leader", 0, rank));
        }

        reader.CheckEnd();
        return new Manifest(name, step, writtenAtUnixMs, program, shards);
    }

    public bool Equals(Manifest? other) =>
        other is not null && Name == other.Name && Step == other.Step && WrittenAtUnixMs == other.WrittenAtUnixMs
        && Program == other.Program && Shards.SequenceEqual(other.Shards);

    public override int GetHashCode() => Name.GetHashCode();
}
