using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Checkpoint.Formats;
using HpcVirt.Checkpoint.Redundancy;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests.Formats;

/// <summary>
/// Files that nobody vouches for. What is demanded: a clear <see cref="CheckpointFormatException"/> or a right answer; never
/// another exception, and never more memory than the file gives reason for.
/// </summary>
internal sealed class FormatFuzzTests
{
    /// <summary>An exception with its text and stack takes a few kilobytes, whatever the file.</summary>
    private const long ErrandBytes = 64 << 10;

    private static readonly Dictionary<string, (byte[] Whole, int SealedBytes, Action<byte[]> Read)> Kinds = new()
    {
        ["shard"] = (Golden.Shard, HeaderBytes(Golden.Shard), ReadShard),
        ["compressed shard"] = (Golden.CompressedShard, HeaderBytes(Golden.CompressedShard), ReadShard),
        ["manifest"] = (Golden.Manifest, Golden.Manifest.Length, static b => Manifest.Decode(b, "manifest")),
        ["redundancy"] = (Golden.Redundancy, HeaderBytes(Golden.Redundancy), ReadRedundancy),
        ["file"] = (Golden.FileRecord, Golden.FileRecord.Length, static b => FileRecord.Decode(b, "file out.txt")),
        ["start"] = (Golden.Start, Golden.Start.Length, static b => StartRecord.Decode(b, "start-6")),
        ["attempt"] = (Golden.Attempt, Golden.Attempt.Length, static b => AttemptRecord.Decode(b, "attempt-4")),
    };

    [Test]
    public void Every_truncation_is_refused([Values("shard", "compressed shard", "manifest", "attempt", "redundancy", "file", "start")] string kind)
    {
        (byte[] whole, _, Action<byte[]> read) = Kinds[kind];
        read(whole);
        for (int length = 0; length < whole.Length; length++)
        {
            byte[] truncated = whole[..length];
            Assert.That(() => read(truncated), Throws.TypeOf<CheckpointFormatException>(), $"{length} of {whole.Length} bytes");
        }
    }

    [Test]
    public void Every_flipped_bit_is_found([Values("shard", "compressed shard", "manifest", "attempt", "redundancy", "file", "start")] string kind)
    {
        (byte[] whole, _, Action<byte[]> read) = Kinds[kind];
        for (int bit = 0; bit < whole.Length * 8; bit += kind is "manifest" or "attempt" ? 1 : 5)
        {
            byte[] flipped = [.. whole];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.That(() => read(flipped), Throws.TypeOf<CheckpointFormatException>(), $"bit {bit % 8} of byte {bit / 8}");
        }
    }

    [Test]
    public void Bytes_left_over_are_refused([Values("shard", "compressed shard", "manifest", "attempt", "redundancy", "file", "start")] string kind)
    {
        (byte[] whole, _, Action<byte[]> read) = Kinds[kind];
        Assert.That(() => read([.. whole, 0]), Throws.TypeOf<CheckpointFormatException>());
    }

    [Test]
    public void Lies_under_a_right_checksum_do_no_harm([Values("shard", "compressed shard", "manifest", "attempt", "redundancy", "file", "start")] string kind)
    {
        // A checksum stops accidents. Whoever writes nonsense and seals it must still not make the reader crash or eat memory.
        (byte[] whole, int sealedBytes, Action<byte[]> read) = Kinds[kind];
        var random = new Random(20251123);
        int accepted = 0;
        for (int round = 0; round < 20_000; round++)
        {
            byte[] lie = [.. whole];
            for (int changes = random.Next(1, 4); changes > 0; changes--) Mutate(lie.AsSpan(0, sealedBytes - 4), random);
            BinaryPrimitives.WriteUInt32LittleEndian(lie.AsSpan(sealedBytes - 4), Crc32C.Of(lie.AsSpan(0, sealedBytes - 4)));

            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                read(lie);
                accepted++;
            }
            catch (CheckpointFormatException)
            {
                // What a lie deserves. Any other exception fails the test.
            }

            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.That(allocated, Is.LessThan((16 * whole.Length) + ErrandBytes), $"round {round}");
        }

        Assert.That(accepted, Is.LessThan(20_000));
    }

    private static int HeaderBytes(byte[] shard) => (int)BinaryPrimitives.ReadInt64LittleEndian(shard.AsSpan(16));

    private static void Mutate(Span<byte> bytes, Random random)
    {
        int at = random.Next(bytes.Length);
        Span<byte> field = bytes[at..];
        switch (random.Next(4))
        {
            case 0:
                bytes[at] = (byte)random.Next(256);
                break;
            case 1 when field.Length >= 4:
                BinaryPrimitives.WriteInt32LittleEndian(field, Extreme32(random));
                break;
            case 2 when field.Length >= 8:
                BinaryPrimitives.WriteInt64LittleEndian(field, random.NextInt64(3) switch { 0 => long.MaxValue, 1 => long.MinValue, _ => random.NextInt64() });
                break;
            default:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
        }
    }

    private static int Extreme32(Random random) => random.Next(5) switch
    {
        0 => int.MaxValue,
        1 => int.MinValue,
        2 => -1,
        3 => 1 << random.Next(31),
        _ => random.Next(),
    };

    private static void ReadShard(byte[] bytes)
    {
        using var reader = ShardReader.Open(new OneFile(bytes), "rank-1.shard");
        if (reader.Damages(reader.NewBuffer()).FirstOrDefault() is { } damage) throw damage;
    }

    private static void ReadRedundancy(byte[] bytes)
    {
        using var reader = RedundancyReader.Open(new OneFile(bytes), "rank-7.redundancy");
        if (reader.FirstDamage() is { } damage) throw damage;
    }

    /// <summary>A directory of one file that allocates nothing itself.</summary>
    private sealed class OneFile(byte[] bytes) : ICheckpointDirectory, ICheckpointFile
    {
        public string Location => "/one";

        public ICheckpointFile OpenFile(string path) => this;

        public long GetLengthBytes() => bytes.Length;

        public int Read(Span<byte> buffer, long offsetBytes)
        {
            if (offsetBytes >= bytes.Length) return 0;
            int count = (int)long.Min(buffer.Length, bytes.Length - offsetBytes);
            bytes.AsSpan((int)offsetBytes, count).CopyTo(buffer);
            return count;
        }

        public void Dispose()
        {
        }

        public void Write(ReadOnlySpan<byte> bytes, long offsetBytes) => throw new NotSupportedException();

        public void Sync() => throw new NotSupportedException();

        public long GetFreeBytes() => throw new NotSupportedException();

        public void CreateRoot() => throw new NotSupportedException();

        public void CreateDirectory(string path) => throw new NotSupportedException();

        public ICheckpointFile CreateFile(string path, long reserveBytes) => throw new NotSupportedException();

        public bool Exists(string path) => throw new NotSupportedException();

        public IReadOnlyList<DirectoryEntry> List(string path) => throw new NotSupportedException();

        public void Rename(string from, string to) => throw new NotSupportedException();

        public void SyncDirectory(string path) => throw new NotSupportedException();

        public void DeleteFile(string path) => throw new NotSupportedException();

        public void DeleteDirectory(string path) => throw new NotSupportedException();
    }
}
