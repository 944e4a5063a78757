using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor;
using HpcVirt.Hypervisor.Qemu;
using NUnit.Framework;

namespace HpcVirt.VirtualMachines.Tests;

/// <summary>Guests that count in memory and on their disks: after a restore, the two say the same.</summary>
[TestFixture("raw")]
[TestFixture("qcow2")]
[Category("Slow")]
[CancelAfter(600_000)]
public sealed class GuestsWithDisksTests(string format)
{
    private static readonly string[] Guests = ["vm1", "vm2"];
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(2);

    private Laboratory _laboratory = null!;
    private QemuBackend _backend = null!;
    private GuestSetDirectory _sets = null!;

    [SetUp]
    public void MakeLaboratory()
    {
        _laboratory = new Laboratory(guests: 2, disks: format);
        _backend = new QemuBackend(GuestFile.Load(_laboratory.GuestFile), TimeProvider.System);
        _sets = new GuestSetDirectory(Path.Combine(_laboratory.Place, "sets"));
        foreach (string guest in Guests) _ = _laboratory.In(guest, "setsid /recorder > /dev/null 2>&1 < /dev/null & echo begun");
    }

    [TearDown]
    public async Task RemoveLaboratory()
    {
        if (_backend is not null) await _backend.DisposeAsync();
        _laboratory?.Dispose();
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Saved_killed_and_restored_on_the_other_host_memory_and_disk_agree(bool inBackground)
    {
        AwaitRecords(5);
        var options = new SnapshotOptions { InBackground = inBackground, Silence = inBackground ? SetSilence.Quiesced : SetSilence.Held };
        SnapshotResult snapshot = await new SetSnapshot(_backend, _sets, TimeProvider.System).RunAsync(options);
        TestContext.Out.WriteLine(
            $"{format}: stood still {snapshot.StoodStillFor?.TotalMilliseconds:0} ms, stop {snapshot.StopTook.TotalMilliseconds:0} ms, save {snapshot.SaveTook.TotalMilliseconds:0} ms, "
            + $"disks {snapshot.DisksTook.TotalMilliseconds:0} ms, commit {snapshot.CommitTook.TotalMilliseconds:0} ms");
        Assert.That(snapshot.Remarks, Is.Empty);
        Assert.That(snapshot.Set.Guests.Select(static guest => guest.Disks.Count), Is.All.EqualTo(1));
        Assert.That(Overlays(), Is.Empty);
        int[] saved = [.. Guests.Select(Records)];
        foreach (string guest in Guests) AwaitRecords(Records(guest) + 10);

        foreach (string host in (string[])["b", "a"])
        {
            _ = _laboratory.Do("kill", "vm1");
            SetManifest set = _sets.VerifyNewest().Set;
            await new SetRestore(_backend, _sets).RunAsync(set, Guests.ToDictionary(static guest => guest, _ => host), Soon);
            foreach (string guest in Guests)
            {
                (int count, int records) = Held(guest);
                TestContext.Out.WriteLine($"{guest} on {host}: {count} in memory, {records} on the disk; {saved[Array.IndexOf(Guests, guest)]} soon after the snapshot");
                Assert.That(records, Is.EqualTo(count));
                Assert.That(_laboratory.In(guest, "rm /tmp/hold; echo on"), Is.EqualTo("on"));
            }
        }

        foreach (string guest in Guests) AwaitRecords(Records(guest) + 3, guest);
        foreach (string guest in Guests) Assert.That(IsClean(guest), Is.True);
    }

    [Test]
    public async Task Memory_that_comes_back_with_the_disk_of_another_instant_is_found_out()
    {
        AwaitRecords(5);
        (int before, _) = Held("vm1");
        SetManifest set = (await new SetSnapshot(_backend, _sets, TimeProvider.System).RunAsync(new SnapshotOptions { Guests = ["vm1"] })).Set;
        // Something else is written where the records are; the guest's memory of before knows nothing of it.
        Assert.That(_laboratory.In("vm1", "tr r x < /disk/records > /tmp/other; dd if=/tmp/other of=/disk/records conv=notrunc 2> /dev/null; sync; head -n 1 /disk/records"), Is.EqualTo("xecoxd 1"));
        _ = _laboratory.Do("kill", "vm1");

        // What a restore without disks would do: the disk stays as it is now.
        SetDisk disk = set.Guests[0].Disks[0];
        string copy = Path.Combine(_sets.PathOf(set.Number), disk.File);
        File.Copy(disk.Path, copy, overwrite: true);
        (long lengthBytes, string checksum) = GuestSetDirectory.ReadFile(copy);
        SetManifest wrong = set with { Guests = [set.Guests[0] with { Disks = [disk with { LengthBytes = lengthBytes, Checksum = checksum }] }] };
        await new SetRestore(_backend, _sets).RunAsync(wrong, Guests.Take(1).ToDictionary(static guest => guest, static _ => "b"), Soon);
        (int count, int records) = Held("vm1");
        TestContext.Out.WriteLine($"{count} in memory, {records} on the disk (-1: something else)");
        Assert.That((count, records == count && IsClean("vm1")), Is.EqualTo((before, false)));
    }

    [Test]
    public async Task A_snapshot_that_was_broken_off_with_the_disks_frozen_is_finished_by_the_next_move_and_nothing_is_lost()
    {
        AwaitRecords(5);
        // As if its tool had been killed: nobody copies, nobody merges.
        _ = await _backend.SaveAsync("vm1", new SaveOptions { File = Path.Combine(_laboratory.Place, "state"), WithDisks = true });
        await _backend.ResumeAsync("vm1");
        AwaitRecords(Records("vm1") + 5, "vm1");
        Assert.That(Overlays(), Has.Length.EqualTo(1));
        Assert.That((await _backend.GuestsAsync()).First(static guest => guest.Name == "vm1").Remark, Does.Contain(".overlay"));

        MigrationResult move = await _backend.MigrateAsync("vm1", new MigrationOptions { TargetHost = "b" });
        Assert.That(move.To, Is.EqualTo("b"));
        Assert.That(Overlays(), Is.Empty);
        (int count, int records) = Held("vm1");
        Assert.That(records, Is.EqualTo(count));
        Assert.That(IsClean("vm1"), Is.True);
    }

    /// <summary>Stops the recorder between two records: what it has counted in memory, and what is on the disk once nothing of it is remembered.</summary>
    private (int Count, int Records) Held(string guest)
    {
        string said = _laboratory.In(
            guest,
            "touch /tmp/hold; while [ ! -s /tmp/count ]; do usleep 20000; done; cat /tmp/count; sync; echo 3 > /proc/sys/vm/drop_caches; umount /disk && mount -t ext4 /dev/vda /disk || { echo -1; exit; }; "
            + "n=0; while read word number; do n=$((n + 1)); [ \"$word $number\" = \"record $n\" ] || { n=-1; break; }; done < /disk/records || n=-1; echo $n");
        string[] lines = said.Split('\n');
        Assert.That(lines, Has.Length.GreaterThan(1), said);
        return (int.Parse(lines[0], CultureInfo.InvariantCulture), int.Parse(lines[^1], CultureInfo.InvariantCulture));
    }

    private int Records(string guest) => int.Parse(_laboratory.In(guest, "wc -l < /disk/records"), CultureInfo.InvariantCulture);

    private void AwaitRecords(int count, string guest = "vm1")
    {
        long start = Stopwatch.GetTimestamp();
        while (Records(guest) < count)
        {
            Assert.That(Stopwatch.GetElapsedTime(start), Is.LessThan(Soon), $"{guest} did not write {count} records");
            using var pause = new ManualResetEventSlim();
            _ = pause.Wait(TimeSpan.FromMilliseconds(100));
        }
    }

    /// <summary>Nothing is wrong with the file system of a guest that has let go of its disk.</summary>
    private bool IsClean(string guest)
    {
        _ = _laboratory.In(guest, "touch /tmp/hold; while [ ! -s /tmp/count ]; do usleep 20000; done; umount /disk; sync; echo done");
        string raw = Path.Combine(_laboratory.Place, guest + ".checked");
        Run("qemu-img", "convert", "-U", "-f", format, "-O", "raw", Path.Combine(_laboratory.Place, $"{guest}.{format}"), raw);
        return Run("e2fsck", "-fn", raw) == 0;
    }

    private string[] Overlays() => [.. Directory.EnumerateFiles(_laboratory.Place, "*.overlay")];

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string said = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        TestContext.Out.WriteLine($"{program} ended with {process.ExitCode}: {said.Trim()}");
        return process.ExitCode;
    }
}
