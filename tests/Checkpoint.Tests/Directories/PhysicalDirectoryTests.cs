using System.Diagnostics;
using System.IO;
using System.Runtime.Versioning;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests.Directories;

[SupportedOSPlatform("linux")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class PhysicalDirectoryTests : CheckpointDirectoryContract
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _root = System.IO.Directory.CreateTempSubdirectory("checkpoint-").FullName;

    protected override ICheckpointDirectory Directory => new PhysicalDirectory(Path.Combine(_root, "deep", "place"));

    [TearDown]
    public void Delete_it() => System.IO.Directory.Delete(_root, recursive: true);

    [Test]
    public void Only_the_owner_can_read_what_is_stored()
    {
        Directory.CreateDirectory("folder");
        Put("folder/file", [1]);
        string place = Directory.Location;
        Assert.That(File.GetUnixFileMode($"{place}/folder/file"), Is.EqualTo(OwnerFile));
        Assert.That(File.GetUnixFileMode($"{place}/folder"), Is.EqualTo(OwnerFile | UnixFileMode.UserExecute));
        Assert.That(File.GetUnixFileMode(place), Is.EqualTo(OwnerFile | UnixFileMode.UserExecute));
    }

    [Test]
    public void A_file_in_the_way_of_the_place_is_named()
    {
        string path = Path.Combine(_root, "file");
        File.WriteAllText(path, "");
        Assert.That(
            () => new PhysicalDirectory(path).CreateRoot(),
            Throws.TypeOf<CheckpointDirectoryException>().With.Message.Contains(path).And.Message.Contains("it is a file"));
        Assert.That(() => new PhysicalDirectory(Path.Combine(path, "below")).CreateRoot(), Throws.TypeOf<CheckpointDirectoryException>());
    }

    [Test]
    [CancelAfter(30_000)]
    public void A_pipe_or_a_directory_in_the_place_of_a_file_is_an_error_and_no_wait()
    {
        string pipe = Path.Combine(Directory.Location, "pipe");
        using (var made = Process.Start("mkfifo", pipe)) made.WaitForExit();
        Directory.CreateDirectory("folder");
        foreach (string path in new[] { "pipe", "folder" })
        {
            Assert.That(
                () =>
                {
                    using ICheckpointFile file = Directory.OpenFile(path);
                    return file.GetLengthBytes() + file.Read(new byte[8], 0);
                },
                Throws.TypeOf<CheckpointDirectoryException>(), path);
        }
    }

    [Test]
    public void The_message_of_a_failure_names_operation_path_and_reason() => Assert.That(
        () => Directory.OpenFile("nothing"),
        Throws.TypeOf<CheckpointDirectoryException>()
            .With.Message.EqualTo($"Could not open {Directory.Location}/nothing: No such file or directory (errno 2)."));
}
