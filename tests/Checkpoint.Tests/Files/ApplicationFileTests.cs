using System;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using System.Linq;
using HpcVirt.Checkpoint.Files;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests.Files;

/// <summary>Files of the application go back to the instant of the checkpoint, or the checkpoint is not used.</summary>
[SuppressMessage("Interoperability", "CA1416", Justification = "The library runs on Linux only; the calls exist on every Unix.")]
internal sealed class ApplicationFileTests
{
    private const int Ranks = 2;

    private string _folder = "";
    private Places _places = new(Ranks, isShared: true);

    [SetUp]
    public void MakeFolder()
    {
        _folder = Directory.CreateTempSubdirectory("hpcvirt-appfile-").FullName;
        _places = new Places(Ranks, isShared: true);
    }

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Lines_that_came_after_the_checkpoint_are_cut_off_on_each_rank()
    {
        Save(3, rank => Line(rank, 3));
        Save(4, rank => Line(rank, 4));
        foreach (int rank in (int[])[0, 1]) File.AppendAllText(Lines(rank), "5\nhalf a li");

        Assert.That(Restore().Step, Is.EqualTo(4));
        Assert.That(new[] { 0, 1 }.Select(rank => File.ReadAllText(Lines(rank))), Is.All.EqualTo("3\n4\n"));
    }

    [Test]
    public void A_file_that_lost_its_end_makes_the_older_checkpoint_serve_that_still_fits()
    {
        Save(3, rank => Line(rank, 3));
        Save(4, rank => Line(rank, 4));
        File.WriteAllText(Lines(1), "3\n");

        RestoreReport report = Restore();
        Assert.That(report.Step, Is.EqualTo(3));
        Assert.That(report.Skipped.Single().ToString(), Does.Contain("rank 1").And.Contain(Lines(1)).And.Contain("it had 4 bytes"));
        Assert.That(new[] { 0, 1 }.Select(rank => File.ReadAllText(Lines(rank))), Is.All.EqualTo("3\n"), "the other rank's file goes back to the same instant");
    }

    [TestCase("X\n4\n5\n", "something else has written")]
    [TestCase("", "it had 2 bytes")]
    [TestCase(null, "is gone")]
    public void A_file_that_fits_no_checkpoint_is_named_and_nothing_is_touched(string? content, string reason)
    {
        Save(3, rank => Line(rank, 3));
        Save(4, rank => Line(rank, 4));
        File.AppendAllText(Lines(0), "5\n");
        if (content is null) File.Delete(Lines(1));
        else File.WriteAllText(Lines(1), content);

        Exception[] refusals = [.. Start((store, regions, _) => store.Restore(regions)).Select(static e => e.Failure!)];
        Assert.That(refusals, Is.All.TypeOf<NoCheckpointVerifiesException>());
        Assert.That(refusals[0].Message, Does.Contain(Lines(1)).And.Contain(reason));
        Assert.That(File.ReadAllText(Lines(0)), Is.EqualTo("3\n4\n5\n"));
    }

    [Test]
    public void A_file_that_is_not_only_appended_to_fails_the_checkpoint_by_name([Values("", "different")] string content)
    {
        string path = Lines(0);
        var region = new AppendedFileRegion(path, new PhysicalApplicationFile(path), null);
        SaveResult[] results = Job.Returned(1, group =>
        {
            CheckpointStore store = Rank.Open(_places.Directory(0), group);
            File.WriteAllText(path, "first\n");
            SaveResult first = store.Save(1, [region]);
            string other = path + ".new";
            File.WriteAllText(other, content);
            File.Move(other, path, overwrite: true);
            return new[] { first, store.Save(2, [region]) };
        })[0];
        Assert.That(results[0].IsCommitted);
        Assert.That(results[1].IsCommitted, Is.False);
        Assert.That(results[1].Problems.Single().ToString(), Does.Contain(path).And.Contain("Protect it as rewritten"));
    }

    [Test]
    public void What_was_written_is_durable_before_the_vote_and_else_the_vote_is_no()
    {
        var file = new WrittenFile(Lines(0));
        int flushes = 0;
        var region = new AppendedFileRegion("lines", file, () => File.AppendAllText(file.Path, $"flush {++flushes}\n"));
        Job.Returned(1, group =>
        {
            CheckpointStore store = Rank.Open(_places.Directory(0), group);
            Assert.That(store.Save(1, [region]).IsCommitted);
            Assert.That((flushes, file.Syncs), Is.EqualTo((1, 1)));
            file.FailsToSync = true;
            SaveResult failed = store.Save(2, [region]);
            Assert.That(failed.IsCommitted, Is.False);
            Assert.That(failed.Problems.Single().ToString(), Does.Contain("fsync").And.Contain(file.Path));
            return true;
        });
        Assert.That(Restore(new AppendedFileRegion("lines", file, null)).Step, Is.EqualTo(1));
        Assert.That(File.ReadAllText(file.Path), Is.EqualTo("flush 1\n"), "what the program had in its buffer is part of the instant");
    }

    [Test]
    public void Only_what_came_since_the_checkpoint_before_is_read()
    {
        string path = Lines(0);
        var region = new AppendedFileRegion(path, new PhysicalApplicationFile(path), null);
        Job.Returned(1, group =>
        {
            CheckpointStore store = Rank.Open(_places.Directory(0), group);
            for (int step = 1; step <= 4; step++)
            {
                File.AppendAllText(path, new string((char)('a' + step), 700_000));
                Assert.That(store.Save(step, [region]).IsCommitted);
            }

            return true;
        });
        File.AppendAllText(path, "more");
        Assert.That(Restore(new AppendedFileRegion(path, new PhysicalApplicationFile(path), null)).Step, Is.EqualTo(4), "the checksum made in parts is that of the whole");
        Assert.That(new FileInfo(path).Length, Is.EqualTo(2_800_000));
    }

    [TestCase(0)]
    [TestCase(17)]
    [TestCase(3_000_000)]
    public void A_rewritten_file_gets_its_bytes_and_its_permissions_back(int lengthBytes)
    {
        string path = Path.Combine(_folder, "deep", "state.bin");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        byte[] then = new byte[lengthBytes];
        new Random(5).NextBytes(then);
        File.WriteAllBytes(path, then);
        UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        File.SetUnixFileMode(path, mode);
        SaveOne(new RewrittenFileRegion(path, new PhysicalApplicationFile(path), null));
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);

        Restore(new RewrittenFileRegion(path, new PhysicalApplicationFile(path), null));
        Assert.That(File.ReadAllBytes(path), Is.EqualTo(then));
        Assert.That(File.GetUnixFileMode(path), Is.EqualTo(mode));
        Assert.That(Directory.GetFiles(Path.GetDirectoryName(path)!), Has.Length.EqualTo(1), "nothing is left beside it");
    }

    [Test]
    public void A_file_that_came_into_being_later_is_gone_again([Values] bool isRewritten)
    {
        string path = Lines(0);
        SaveOne(Region(path, isRewritten));
        File.WriteAllText(path, "later");
        Restore(Region(path, isRewritten));
        Assert.That(Directory.GetFiles(_folder), Is.Empty);
    }

    [Test]
    public void A_file_of_one_rank_follows_it_to_other_numbers_of_ranks()
    {
        string path = Lines(0);
        int[] chain = [3, 1, 2, 2];
        for (int link = 0; link < chain.Length; link++)
        {
            int before = link;
            Job.Returned(chain[link], group =>
            {
                CheckpointStore store = Rank.Open(_places.Directory(0), group);
                CheckpointRegion[] regions = group.Rank == 0 ? [Region(path, isRewritten: false)] : [];
                Assert.That(store.Restore(regions).Step, Is.EqualTo(before));
                if (group.Rank == 0) File.AppendAllText(path, $"{before}\n");
                group.Barrier();
                bool isCommitted = store.Save(before + 1, regions).IsCommitted;
                if (group.Rank == 0) File.AppendAllText(path, "too much");
                return isCommitted;
            });
        }

        Assert.That(File.ReadAllText(path), Is.EqualTo("0\n1\n2\n3\ntoo much"));
    }

    [Test]
    public void A_file_that_no_rank_protects_any_more_is_a_mismatch()
    {
        Job.Returned(3, group => Rank.Open(_places.Directory(0), group).Save(1, [Region(Lines(group.Rank), isRewritten: false)]).IsCommitted);
        Exception?[] refusals = [.. Job.Run(2, group =>
            Rank.Open(_places.Directory(0), group).Restore([Region(Lines(group.Rank), isRewritten: false)])).Select(static e => e.Failure)];
        Assert.That(refusals, Is.All.TypeOf<CheckpointMismatchException>());
        Assert.That(refusals[0]!.Message, Does.Contain(Lines(2)));
    }

    [Test]
    public void Files_go_through_memory_and_a_lost_node_brings_its_copy_back()
    {
        using var nodes = new Nodes(3, new StagedOptions { Program = "heat", Scheme = RedundancyScheme.Xor });
        string Copied(int rank) => Path.Combine(_folder, $"copied-{rank}");
        CheckpointRegion[] Regions(int rank) => [Region(Lines(rank), isRewritten: false), Region(Copied(rank), isRewritten: true)];
        Nodes.Returned(nodes.Start((store, rank) =>
        {
            File.WriteAllText(Lines(rank.Number), "1\n");
            File.WriteAllText(Copied(rank.Number), $"then {rank.Number}");
            return store.AwaitCommit(store.Stage(1, Regions(rank.Number)).Version).IsCommitted;
        }));
        for (int rank = 0; rank < 3; rank++)
        {
            File.AppendAllText(Lines(rank), "2\n");
            File.WriteAllText(Copied(rank), "now");
        }

        nodes.Lose(1);
        RestoreReport[] reports = Nodes.Returned(nodes.Start((store, rank) => store.Restore(Regions(rank.Number))));
        Assert.That(reports.Select(static r => r.Step), Is.All.EqualTo(1));
        for (int rank = 0; rank < 3; rank++)
            Assert.That((File.ReadAllText(Lines(rank)), File.ReadAllText(Copied(rank))), Is.EqualTo(("1\n", $"then {rank}")));
    }

    private static ApplicationFileRegion Region(string path, bool isRewritten) => isRewritten
        ? new RewrittenFileRegion(path, new PhysicalApplicationFile(path), null)
        : new AppendedFileRegion(path, new PhysicalApplicationFile(path), null);

    private string Lines(int rank) => Path.Combine(_folder, $"lines-{rank}");

    private void Line(int rank, long step) => File.AppendAllText(Lines(rank), $"{step}\n");

    private void Save(long step, Action<int> write)
    {
        Job.Ended<bool>[] ended = Start((store, regions, rank) =>
        {
            store.Restore(regions);
            write(rank);
            return store.Save(step, regions).IsCommitted;
        });
        Assert.That(ended.Select(static e => (e.Failure, e.Value)), Is.All.EqualTo(((Exception?)null, true)));
    }

    private RestoreReport Restore()
    {
        Job.Ended<RestoreReport>[] ended = Start((store, regions, _) => store.Restore(regions));
        Assert.That(ended.Select(static e => e.Failure), Is.All.Null);
        return ended[0].Value!;
    }

    private Job.Ended<T>[] Start<T>(Func<CheckpointStore, CheckpointRegion[], int, T> body) => _places.Start((store, _, rank) =>
    {
        long[] state = [7];
        return body(store, [new MemoryRegion<long>("state", () => state), Region(Lines(rank), isRewritten: false)], rank);
    });

    private void SaveOne(CheckpointRegion region) =>
        Assert.That(Job.Returned(1, group => Rank.Open(_places.Directory(0), group).Save(1, [region]).IsCommitted), Is.All.True);

    private RestoreReport Restore(CheckpointRegion region) =>
        Job.Returned(1, group => Rank.Open(_places.Directory(0), group).Restore([region]))[0];
}
