using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.Qemu;
using HpcVirt.Hypervisor.Qmp;
using HpcVirt.Hypervisor.Rehearsal;
using NUnit.Framework;

namespace HpcVirt.Hypervisor.Tests.Sets;

/// <summary>Guests saved in the background share one silence of their job: as late and as short as can be, and ended whatever happens.</summary>
[TestFixture]
[CancelAfter(60_000)]
public sealed class SharedSilenceTests
{
    private readonly ConcurrentQueue<string> _story = new();
    private string _folder = "";
    private GuestSetDirectory _sets = null!;
    private RehearsalBackend _backend = null!;

    [SetUp]
    public void MakeGuests()
    {
        _story.Clear();
        _folder = Directory.CreateTempSubdirectory("hpcvirt-sets-").FullName;
        _sets = new GuestSetDirectory(Path.Combine(_folder, "sets"));
        _backend = new RehearsalBackend(
            new RehearsalOptions { Guests = new Dictionary<string, string> { ["vm1"] = "a", ["vm2"] = "b", ["vm3"] = "a" }, Hosts = ["a", "b"], MemoryBytes = 64 << 20, BytesPerSecond = 1 << 30 },
            TimeProvider.System);
    }

    [TearDown]
    public async Task RemoveGuests()
    {
        await _backend.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task The_job_is_released_while_guests_are_still_on_their_way_to_their_files()
    {
        SnapshotResult result = await SnapshotAsync(Options());
        Assert.That(_story, Is.EqualTo(new[] { "silence", "release with 0 files" }));
        Assert.That(result.StoodStillFor, Is.Not.Null.And.LessThan(result.SaveTook));
        Assert.That(_sets.Verify(1).Silence, Is.EqualTo(SetSilence.Quiesced));
    }

    [Test]
    public void A_job_that_does_not_fall_silent_is_released_and_nothing_is_saved()
    {
        Fails(Options() with { SilenceJob = static _ => throw new InvalidOperationException("rank 3 does not answer") }, "rank 3 does not answer");
        Fails(Options() with { SilenceJob = static cancel => Task.Delay(Timeout.Infinite, cancel), HoldDeadline = TimeSpan.FromMilliseconds(50) }, "not silent within 0.05 s");
        Assert.That(_story, Is.EqualTo(new[] { "release with 0 files", "release with 0 files" }));
    }

    [Test]
    public void A_guest_that_cannot_be_saved_keeps_no_job_waiting()
    {
        _backend.FailOnce(RehearsedVerb.Save, "vm2", "no room");
        Fails(Options(), "no room");
        Assert.That(_story, Is.EqualTo(new[] { "silence", "release with 0 files" }));
    }

    [Test]
    public void A_job_that_went_on_by_itself_leaves_no_set() =>
        Fails(Options() with { ReleaseJob = static () => throw new InvalidOperationException("it was not held any more") }, "it was not held any more");

    [Test]
    public void Held_guests_need_no_silence() => Fails(Options() with { InBackground = false }, "Leave the silencing out");

    [Test]
    public void The_instant_has_passed_when_the_guest_goes_on_after_its_stop_or_at_the_end()
    {
        foreach ((string[] events, bool isOver, int expected) in ((string[], bool, int)[])[(["RESUME"], false, 0), (["STOP"], false, 0), (["STOP", "MIGRATION", "RESUME"], false, 1), ([], true, 1)])
        {
            int passed = 0;
            var heard = Channel.CreateUnbounded<QmpMessage.Event>();
            var instant = new BackgroundInstant(heard.Reader, () => passed++);
            foreach (string name in events) Assert.That(heard.Writer.TryWrite(new QmpMessage.Event(name, default)), Is.True);
            instant.Look(isOver);
            instant.Look(isOver);
            Assert.That(passed, Is.EqualTo(expected), string.Join(' ', events));
        }
    }

    private SnapshotOptions Options() => new()
    {
        InBackground = true,
        SilenceJob = _ =>
        {
            _story.Enqueue("silence");
            return Task.CompletedTask;
        },
        ReleaseJob = () =>
        {
            _story.Enqueue($"release with {Directory.EnumerateFiles(_sets.Location, "*.state", SearchOption.AllDirectories).Count()} files");
            return Task.CompletedTask;
        },
    };

    private void Fails(SnapshotOptions options, string why)
    {
        Assert.That(async () => await SnapshotAsync(options), Throws.InstanceOf<HypervisorException>().With.Message.Contains(why));
        Assert.That(_sets.Numbers(), Is.Empty);
    }

    private Task<SnapshotResult> SnapshotAsync(SnapshotOptions options) => new SetSnapshot(_backend, _sets, TimeProvider.System).RunAsync(options);
}
