using System.Linq;
using HpcVirt.Checkpoint;
using HpcVirt.Mpi.Resilience.Repair;
using NUnit.Framework;

namespace HpcVirt.Mpi.Resilience.Tests.Repair;

/// <summary>What a process practises, of which nobody hears when it fails.</summary>
[TestFixture]
public sealed class PracticeTests
{
    [Test]
    public void It_saves_and_restores_to_the_end() => Assert.That(static () => Practice.SaveAndRestore(new ResilientOptions(), new Alone()), Throws.Nothing);

    [Test]
    public void Its_directory_renames_what_is_in_a_directory_and_refuses_what_a_disk_refuses()
    {
        var place = new PracticeDirectory();
        place.CreateDirectory("a");
        using (ICheckpointFile file = place.CreateFile("a/f", 0)) file.Write([1, 2, 3], 1);
        place.Rename("a", "b");
        Assert.That((place.Exists("a"), place.Exists("a/f"), place.Exists("b/f")), Is.EqualTo((false, false, true)));
        byte[] read = new byte[8];
        using (ICheckpointFile file = place.OpenFile("b/f")) Assert.That(file.Read(read, 0), Is.EqualTo(4));
        Assert.That(read[..4], Is.EqualTo(new byte[] { 0, 1, 2, 3 }));
        Assert.That(place.List("").Single(), Is.EqualTo(new DirectoryEntry("b", true)));
        Assert.That(place.List("b").Single(), Is.EqualTo(new DirectoryEntry("f", false)));
        Assert.That(() => place.OpenFile("a/f"), Throws.InstanceOf<CheckpointDirectoryException>());
        Assert.That(() => place.CreateFile("b/f", 0), Throws.InstanceOf<CheckpointDirectoryException>());
        place.DeleteFile("b/f");
        place.DeleteDirectory("b");
        Assert.That(place.List(""), Is.Empty);
    }
}
