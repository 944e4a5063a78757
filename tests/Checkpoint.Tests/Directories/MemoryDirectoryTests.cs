using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests.Directories;

/// <summary>The double of the fault tests keeps the contract too, or those tests would prove nothing.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class MemoryDirectoryTests : CheckpointDirectoryContract
{
    private readonly MemoryDisk _disk = new() { FreeBytes = 1 << 20 };

    protected override ICheckpointDirectory Directory => new FaultyDirectory(_disk, new FaultPlan());

    [Test]
    public void Bytes_that_were_not_synced_are_lost_with_the_power()
    {
        using (ICheckpointFile file = Directory.CreateFile("file", 0))
        {
            file.Write([1], 0);
            file.Sync();
            file.Write([2, 2], 0);
        }

        Directory.SyncDirectory("");
        Assert.That(_disk.After(Crash.LosesAllUnsynced).Files()["file"], Is.EqualTo(new byte[] { 1 }));
        Assert.That(_disk.After(Crash.OfProcess).Files()["file"], Is.EqualTo(new byte[] { 2, 2 }));
    }

    [Test]
    public void A_rename_that_was_not_synced_is_taken_back_with_the_power()
    {
        Directory.CreateDirectory("old");
        Directory.SyncDirectory("");
        Directory.Rename("old", "new");
        Assert.That(_disk.After(Crash.LosesAllUnsynced).Find("old"), Is.Not.Null);
        Assert.That(_disk.After(Crash.LosesAllUnsynced).Find("new"), Is.Null);
        Assert.That(_disk.After(Crash.KeepsNamesLosesBytes).Find("new"), Is.Not.Null);
    }
}
