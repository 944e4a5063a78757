using System;
using System.Linq;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests;

internal sealed class CatalogTests
{
    [Test]
    public void It_lists_what_is_there_newest_first_with_its_state()
    {
        Places places = Committed();
        ICheckpointDirectory directory = places.Directory(0);
        directory.CreateDirectory("v7-a1.tmp");
        directory.CreateDirectory("v1-a1.doomed");
        places[0].Delete("v2-a1/rank-1.shard");

        var catalog = new CheckpointCatalog(directory);
        Assert.That(catalog.List().Select(static v => $"{v.DirectoryName} {v.State}"), Is.EqualTo(new[]
        {
            "v7-a1.tmp Temporary", "v3-a1 Committed", "v2-a1 Damaged", "v1-a1.doomed Doomed",
        }));
        Assert.That(catalog.List()[2].Problem, Is.EqualTo("v2-a1 misses rank-1.shard"));
        Assert.That(catalog.NewestAttempt(), Is.EqualTo(1));
    }

    [Test]
    public void It_shows_the_manifest()
    {
        CatalogManifest manifest = new CheckpointCatalog(Committed().Directory(0)).List()[0].Manifest!;
        Assert.That((manifest.Version, manifest.Attempt, manifest.Step, manifest.Program), Is.EqualTo((3L, 1L, 3L, "heat")));
        Assert.That(manifest.Shards.Select(static s => (s.Rank, s.IsHere)), Is.EqualTo(new[] { (0, true), (1, true) }));
        Assert.That(manifest.WrittenAt, Is.EqualTo(TimeProvider.System.GetUtcNow()).Within(TimeSpan.FromHours(1)));
    }

    [Test]
    public void With_one_directory_per_host_the_shards_of_others_are_not_missed()
    {
        var places = new Places(3, isShared: false);
        places.Commit(1);
        CatalogVersion version = new CheckpointCatalog(places.Directory(1)).List()[0];
        Assert.That(version.State, Is.EqualTo(CatalogState.Committed));
        Assert.That(version.Manifest!.Shards.Select(static s => s.IsHere), Is.EqualTo(new[] { false, true, false }));
    }

    [Test]
    public void A_flipped_bit_anywhere_is_found_with_file_region_and_offset()
    {
        Places places = Committed();
        const string Path = "v3-a1/rank-1.shard";
        byte[] whole = places[0].Files()[Path];
        var catalog = new CheckpointCatalog(places.Directory(0));
        CatalogVersion newest = catalog.List()[0];
        Assert.That(catalog.Verify(newest).Select(static v => v.IsIntact), Is.EqualTo(new[] { true, true }));

        for (int offset = 0; offset < whole.Length; offset += 31)
        {
            byte[] flipped = [.. whole];
            flipped[offset] ^= 4;
            places[0].Overwrite(Path, flipped);
            ShardVerification verification = catalog.Verify(newest).Single(static v => !v.IsIntact);
            Assert.That((verification.Rank, verification.File), Is.EqualTo((1, Path)));
            Assert.That(verification.Damages, Has.Count.EqualTo(1));
            ShardDamage damage = verification.Damages[0];
            string? expected = offset is >= 4096 and < 4096 + 80 ? "plate" : offset is >= 8192 and < 8192 + 17 ? "note" : null;
            Assert.That(damage.Region, Is.EqualTo(expected), $"flipped at {offset}: {damage}");
            if (expected is not null) Assert.That(damage.OffsetBytes, Is.EqualTo(offset / 4096 * 4096));
        }
    }

    [Test]
    public void Every_damaged_block_is_named_and_the_progress_adds_up_to_the_payload()
    {
        var places = new Places(1, isShared: true);
        byte[] large = new byte[(3 << 20) + 5];
        places.Start((store, _, _) => store.Save(1, [new MemoryRegion<byte>("large", () => large)]));
        byte[] bytes = places[0].Files()["v1-a1/rank-0.shard"];
        bytes[4096 + 7] ^= 1;
        bytes[4096 + (2 << 20) + 7] ^= 1;
        places[0].Overwrite("v1-a1/rank-0.shard", bytes);

        var catalog = new CheckpointCatalog(places.Directory(0));
        var progress = new Sum();
        ShardVerification verification = catalog.Verify(catalog.List()[0], progress).Single();
        Assert.That(verification.Damages.Select(static d => d.OffsetBytes), Is.EqualTo(new[] { 4096L, 4096 + (2 << 20) }));
        Assert.That(progress.Total, Is.EqualTo(large.Length));
    }

    [Test]
    public void A_directory_of_something_else_is_said_to_be_one()
    {
        var directory = new FaultyDirectory(new MemoryDisk(), new FaultPlan());
        Assert.That(new CheckpointCatalog(directory).List(), Is.Empty);
        directory.CreateFile("thesis.tex", 0).Dispose();
        Assert.That(() => new CheckpointCatalog(directory).List(), Throws.TypeOf<ForeignDirectoryException>());
    }

    [Test]
    public void No_damage_keeps_it_from_listing()
    {
        Places places = Committed();
        var random = new Random(4);
        string[] paths = [.. places[0].Files().Keys.Where(static p => p.Contains('/', StringComparison.Ordinal))];
        for (int round = 0; round < 300; round++)
        {
            string path = paths[random.Next(paths.Length)];
            byte[] bytes = places[0].Files()[path];
            byte[] damaged = bytes[..random.Next(bytes.Length)];
            if (damaged.Length > 0) damaged[random.Next(damaged.Length)] ^= (byte)random.Next(256);
            places[0].Overwrite(path, damaged);

            var catalog = new CheckpointCatalog(places.Directory(0));
            CatalogVersion[] versions = [.. catalog.List()];
            Assert.That(versions, Has.Length.EqualTo(2));
            Assert.That(versions.Single(v => path.StartsWith(v.DirectoryName, StringComparison.Ordinal)).State, Is.EqualTo(CatalogState.Damaged));
            Assert.That(versions.SelectMany(v => catalog.Verify(v)).Count(), Is.EqualTo(4));
            places[0].Overwrite(path, bytes);
        }
    }

    private static Places Committed()
    {
        var places = new Places(2, isShared: true);
        places.Commit(1, 2, 3);
        return places;
    }

    private sealed class Sum : IProgress<long>
    {
        public long Total { get; private set; }

        public void Report(long value) => Total += value;
    }
}
