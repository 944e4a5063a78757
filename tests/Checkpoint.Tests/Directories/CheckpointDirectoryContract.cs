using System;
using System.Linq;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests.Directories;

/// <summary>What the store takes for granted of every <see cref="ICheckpointDirectory"/>. A new kind of place passes this first.</summary>
internal abstract class CheckpointDirectoryContract
{
    protected abstract ICheckpointDirectory Directory { get; }

    [SetUp]
    public void Create_the_place() => Directory.CreateRoot();

    [Test]
    public void Creating_the_root_again_changes_nothing()
    {
        Put("file", [1]);
        Directory.CreateRoot();
        Assert.That(Directory.Exists("file"));
    }

    [Test]
    public void What_is_written_is_read_back()
    {
        Put("file", [1, 2, 3]);
        using ICheckpointFile file = Directory.OpenFile("file");
        byte[] buffer = new byte[2];
        Assert.That(file.GetLengthBytes(), Is.EqualTo(3));
        Assert.That(file.Read(buffer.AsSpan(0, 1), 2), Is.EqualTo(1));
        Assert.That(buffer[0], Is.EqualTo(3));
    }

    [Test]
    public void Reading_at_or_after_the_end_gives_nothing()
    {
        Put("file", [1, 2, 3]);
        using ICheckpointFile file = Directory.OpenFile("file");
        Assert.That(file.Read(new byte[4], 3), Is.Zero);
        Assert.That(file.Read(new byte[4], 1L << 40), Is.Zero);
    }

    [Test]
    public void A_gap_reads_as_zeros([Values(0, 100, 5000)] int reserveBytes)
    {
        using (ICheckpointFile file = Directory.CreateFile("file", reserveBytes))
        {
            file.Write([7], 4999);
            file.Write([9], 0);
            file.Sync();
        }

        using ICheckpointFile read = Directory.OpenFile("file");
        Assert.That(read.GetLengthBytes(), Is.EqualTo(5000));
        byte[] bytes = new byte[1];
        for (int offset = 0; offset < 5000; offset += 17)
        {
            Assert.That(read.Read(bytes, offset), Is.EqualTo(1));
            Assert.That(bytes[0], Is.EqualTo(offset == 0 ? 9 : 0));
        }
    }

    [Test]
    public void A_file_is_created_only_where_nothing_is()
    {
        Put("file", [1, 2]);
        Directory.CreateDirectory("folder");
        Fails(DirectoryFault.AlreadyExists, () => Directory.CreateFile("file", 0).Dispose());
        Fails(DirectoryFault.AlreadyExists, () => Directory.CreateFile("folder", 0).Dispose());
        using ICheckpointFile file = Directory.OpenFile("file");
        Assert.That(file.GetLengthBytes(), Is.EqualTo(2));
    }

    [Test]
    public void A_directory_is_created_only_where_nothing_is()
    {
        Put("file", [1]);
        Directory.CreateDirectory("folder");
        Fails(DirectoryFault.AlreadyExists, () => Directory.CreateDirectory("folder"));
        Fails(DirectoryFault.AlreadyExists, () => Directory.CreateDirectory("file"));
    }

    [Test]
    public void Room_that_is_not_there_is_refused_at_creation_and_nothing_is_left()
    {
        long freeBytes = Directory.GetFreeBytes();
        Assert.That(freeBytes, Is.Positive);
        Fails(DirectoryFault.NoSpace, () => Directory.CreateFile("file", freeBytes + (1L << 40)).Dispose());
        Assert.That(Directory.Exists("file"), Is.False);
    }

    [Test]
    public void A_missing_file_is_not_found()
    {
        Assert.That(Directory.Exists("file"), Is.False);
        Fails(DirectoryFault.NotFound, () => Directory.OpenFile("file").Dispose());
        Fails(DirectoryFault.NotFound, () => Directory.DeleteFile("file"));
        Fails(DirectoryFault.NotFound, () => Directory.Rename("file", "other"));
        Fails(DirectoryFault.NotFound, () => Directory.List("folder"));
        Fails(DirectoryFault.NotFound, () => Directory.CreateFile("folder/file", 0).Dispose());
    }

    [Test]
    public void A_rename_moves_a_directory_with_all_it_holds()
    {
        Directory.CreateDirectory("old");
        Put("old/file", [5]);
        Directory.Rename("old", "new");
        Directory.SyncDirectory("");
        Assert.That(Directory.Exists("old"), Is.False);
        Assert.That(Directory.Exists("new/file"));
    }

    [Test]
    public void A_rename_never_replaces()
    {
        Directory.CreateDirectory("old");
        Put("old/file", [5]);
        Directory.CreateDirectory("taken");
        Put("one", [1]);
        Put("two", [2, 2]);
        Fails(DirectoryFault.AlreadyExists, () => Directory.Rename("old", "taken"));
        Fails(DirectoryFault.AlreadyExists, () => Directory.Rename("one", "two"));
        Assert.That(Directory.Exists("old/file") && Directory.Exists("one"));
        using ICheckpointFile two = Directory.OpenFile("two");
        Assert.That(two.GetLengthBytes(), Is.EqualTo(2));
    }

    [Test]
    public void A_listing_names_files_and_directories()
    {
        Put("file", [1]);
        Directory.CreateDirectory("folder");
        Put("folder/inner", [1]);
        Assert.That(Directory.List(""), Is.EquivalentTo(new[] { new DirectoryEntry("file", false), new DirectoryEntry("folder", true) }));
        Assert.That(Directory.List("folder").Select(static e => e.Name), Is.EqualTo(new[] { "inner" }));
        Directory.SyncDirectory("folder");
    }

    [Test]
    public void Only_an_empty_directory_is_deleted()
    {
        Directory.CreateDirectory("folder");
        Put("folder/file", [1]);
        Fails(DirectoryFault.NotEmpty, () => Directory.DeleteDirectory("folder"));
        Directory.DeleteFile("folder/file");
        Directory.DeleteDirectory("folder");
        Assert.That(Directory.Exists("folder"), Is.False);
    }

    protected void Put(string path, byte[] bytes)
    {
        using ICheckpointFile file = Directory.CreateFile(path, bytes.Length);
        file.Write(bytes, 0);
        file.Sync();
    }

    private static void Fails(DirectoryFault fault, TestDelegate work) =>
        Assert.That(Assert.Throws<CheckpointDirectoryException>(work)!.Fault, Is.EqualTo(fault));
}
