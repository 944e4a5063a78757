using System;
using System.Linq;
using System.Text;
using HpcVirt.Checkpoint.Formats;
using HpcVirt.Checkpoint.Redundancy;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests.Formats;

internal sealed class GoldenFileTests
{
    private static readonly double[] Plate = [.. Enumerable.Range(0, 1200).Select(static i => i * 0.5)];
    private static readonly byte[] Note = Encoding.UTF8.GetBytes("größer als gestern");

    [Test]
    public void A_shard_is_written_as_its_page_says()
    {
        CheckpointRegion[] regions =
        [
            new MemoryRegion<double>("plate", () => Plate, 30, 40),
            new MemoryRegion<int>("empty", static () => Array.Empty<int>(), 0, 7),
            new ObjectRegion("note", () => Note, static _ => { }),
        ];
        var plan = Shard.Plan(new VersionName(12, 3), 4711, 1, 2, "heat", [.. regions.Select(static r => r.BeginSave())], blockBytes: 4096);
        var disk = new MemoryDisk();
        var directory = new FaultyDirectory(disk, new FaultPlan());
        using (ICheckpointFile file = directory.CreateFile("shard", 0)) ShardWriter.Write(plan, regions, file);

        Assert.That(disk.Files()["shard"], Is.EqualTo(Golden.Shard));
    }

    [Test]
    public void A_shard_of_format_1_is_read_for_ever()
    {
        FaultyDirectory directory = Holding(Golden.Shard);
        using var reader = ShardReader.Open(directory, "file");

        Assert.That(reader.Damages(reader.NewBuffer()), Is.Empty);
        Shard shard = reader.Shard;
        Assert.That(
            (shard.Name, shard.Step, shard.Rank, shard.RankCount, shard.Program, shard.BlockBytes),
            Is.EqualTo((new VersionName(12, 3), 4711L, 1, 2, "heat", 4096)));
        Assert.That(shard.Regions.Select(static r => $"{r.Descriptor.Name} {r.Descriptor.Format}"), Is.EqualTo(
            new[] { "plate float64[30, 40]", "empty int32[0, 7]", $"note object[{Note.Length}]" }));

        double[] plate = new double[1200];
        reader.Fill(shard.Regions[0], new MemoryRegion<double>("plate", () => plate, 30, 40));
        byte[] note = [];
        reader.Fill(shard.Regions[2], new ObjectRegion("note", static () => [], bytes => note = bytes));
        Assert.That(plate, Is.EqualTo(Plate));
        Assert.That(note, Is.EqualTo(Note));
    }

    [Test]
    public void A_shard_of_format_2_is_read_for_ever()
    {
        if (!BlockCoder.Has(BlockEncoding.Lz4) || !BlockCoder.Has(BlockEncoding.Zstd)) Assert.Ignore("liblz4.so.1 and libzstd.so.1");
        using var reader = ShardReader.Open(Holding(Golden.CompressedShard), "file");

        Assert.That(reader.Damages(reader.NewBuffer()), Is.Empty);
        Shard shard = reader.Shard;
        Assert.That(shard.FormatVersion, Is.EqualTo(2));
        Assert.That(shard.Regions[0].Blocks!.Select(static b => b.Encoding), Is.EqualTo(new[] { BlockEncoding.Lz4, BlockEncoding.Zstd, BlockEncoding.Raw }));
        Assert.That(shard.EncodeHeader(), Is.EqualTo(Golden.CompressedShard[..(int)shard.HeaderBytes]));

        double[] level = new double[1200];
        reader.Fill(shard.Regions[0], new MemoryRegion<double>("level", () => level));
        byte[] note = [];
        reader.Fill(shard.Regions[2], new ObjectRegion("note", static () => [], bytes => note = bytes));
        Assert.That(level, Is.All.EqualTo(1.5));
        Assert.That(note, Is.EqualTo(Note));
    }

    [Test]
    public void A_manifest_is_written_and_read_as_its_page_says()
    {
        using var reader = ShardReader.Open(Holding(Golden.Shard), "file");
        ManifestShard[] shards =
            [new(99, 1, 2, 0), new(reader.Shard.LengthBytes, reader.Checksum, reader.Shard.RegionFormats(), 0)];
        var manifest = new Manifest(new VersionName(12, 3), 4711, 1767225600000, "heat", shards);

        Assert.That(manifest.Encode(), Is.EqualTo(Golden.Manifest));
        Assert.That(Manifest.Decode(Golden.Manifest, "manifest"), Is.EqualTo(manifest));
    }

    [Test]
    public void An_attempt_record_is_written_and_read_as_its_page_says()
    {
        var record = new AttemptRecord(4, [new VersionName(12, 3), new VersionName(9, 1)]);

        Assert.That(record.Encode(), Is.EqualTo(Golden.Attempt));
        Assert.That(AttemptRecord.Decode(Golden.Attempt, "attempt-4"), Is.EqualTo(record));
    }

    [Test]
    public void The_record_of_a_file_is_written_and_read_as_its_page_says()
    {
        byte[] content = [.. Enumerable.Range(0, 123).Select(static i => (byte)i)];
        var record = new FileRecord(true, false, Convert.ToInt32("640", 8), content.Length, Crc32C.Of(content));

        Assert.That(record.Encode(), Is.EqualTo(Golden.FileRecord));
        Assert.That(FileRecord.Decode(Golden.FileRecord, "file"), Is.EqualTo(record));
        Assert.That(FileRecord.Decode(FileRecord.Absent.Encode(), "file"), Is.EqualTo(FileRecord.Absent));
    }

    [Test]
    public void A_start_record_is_written_and_read_as_its_page_says()
    {
        var record = new StartRecord(6, new VersionName(12, 3));

        Assert.That(record.Encode(), Is.EqualTo(Golden.Start));
        Assert.That(StartRecord.Decode(Golden.Start, "start-6"), Is.EqualTo(record));
    }

    [Test]
    public void Sums_are_computed_and_read_as_their_page_says()
    {
        byte[][] files = [.. Enumerable.Range(0, 4).Select(static m => Enumerable.Range(0, 5000 + (100 * m)).Select(i => (byte)(((m * 7) + (i * 3)) % 251)).ToArray())];
        using var reader = RedundancyReader.Open(Holding(Golden.Redundancy), "file");
        Assert.That(reader.FirstDamage(), Is.Null);
        RedundancyFile header = reader.Header;
        Assert.That((header.Name, header.Keeper, header.Layout, header.Kept, header.ChunkBytes), Is.EqualTo((new VersionName(12, 3), 7, RedundancyLayout.Sums, 2, 4096L)));
        Assert.That(header.Members, Is.EqualTo(files.Select(static (f, m) => new RedundancyMember(5 + (2 * m), (uint)(50 + (20 * m)), f.Length))));
        Assert.That(header.EncodeHeader(), Is.EqualTo(Golden.Redundancy[..(int)header.HeaderBytes]));

        var code = new StripeCode(4, 2);
        for (int kept = 0; kept < 2; kept++)
        {
            var sum = new WeightedSum();
            int stripe = code.StripeOfSum(1, kept);
            for (int chunk = 0; chunk < code.DataChunks; chunk++)
            {
                byte[] file = files[code.MemberOf(stripe, chunk)];
                sum.Add(new PeerShard(Holding(file).OpenFile("file"), file.Length), chunk * 4096L, code.Weight(kept, chunk));
            }

            byte[] computed = new byte[4096];
            sum.Compute(0, computed);
            int at = (int)header.PayloadOffsetBytes + (kept * 4096);
            Assert.That(computed, Is.EqualTo(Golden.Redundancy[at..(at + 4096)]), $"sum {kept}");
        }
    }

    private static FaultyDirectory Holding(byte[] bytes)
    {
        var directory = new FaultyDirectory(new MemoryDisk(), new FaultPlan());
        using ICheckpointFile file = directory.CreateFile("file", 0);
        file.Write(bytes, 0);
        return directory;
    }
}
