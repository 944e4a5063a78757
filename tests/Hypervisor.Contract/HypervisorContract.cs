using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NUnit.Framework;

namespace HpcVirt.Hypervisor.Contract;

/// <summary>
/// What every backend promises. A plug-in's tests inherit this class, say how a backend is made and what its guest and hosts are called, and run. A capability
/// that is missing skips by its name; a promise that is not kept fails.
/// </summary>
public abstract class HypervisorContract
{
    /// <summary>The folder that states of one test go to.</summary>
    private string _folder = "";

    /// <summary>A guest that runs on <see cref="SourceHost"/> when a test begins.</summary>
    protected abstract string GuestName { get; }

    /// <summary>Where the guest is.</summary>
    protected abstract string SourceHost { get; }

    /// <summary>Where it can go.</summary>
    protected abstract string TargetHost { get; }

    /// <summary>The backend under test. The guest must be running on the source host; whatever a test before has left.</summary>
    protected IHypervisorBackend Backend { get; private set; } = null!;

    /// <summary>No verb of the contract may take longer.</summary>
    protected virtual TimeSpan Deadline => TimeSpan.FromSeconds(60);

    [SetUp]
    public async Task MakeBackend()
    {
        _folder = Directory.CreateTempSubdirectory("hpcvirt-contract-").FullName;
        Backend = await CreateAsync();
        Guest guest = await GuestAsync();
        Assert.That((guest.Host, guest.Condition), Is.EqualTo((SourceHost, GuestCondition.Running)), $"the contract begins with a guest that works at its source; {guest.Remark}");
    }

    [TearDown]
    public async Task RemoveBackend()
    {
        if (Backend is not null) await Backend.DisposeAsync();
        if (_folder.Length > 0) Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task A_backend_has_a_name_and_lists_each_guest_once()
    {
        Assert.That(Backend.Name, Is.Not.Empty);
        Assert.That((await Backend.GuestsAsync()).Select(static guest => guest.Name), Is.Unique.And.Contains(GuestName));
    }

    [Test]
    public async Task A_backend_that_describes_hosts_describes_those_that_guests_are_on()
    {
        string[] hosts = [.. (await Backend.HostsAsync()).Select(static host => host.Name)];
        if (hosts.Length == 0) Assert.Ignore("missing capability: hosts");
        Assert.That(hosts, Is.Unique.And.Contains(SourceHost).And.Contains(TargetHost));
    }

    [Test]
    public async Task A_guest_is_stopped_when_pausing_returns_and_works_when_resuming_returns_and_both_may_be_said_twice()
    {
        await Within(Backend.PauseAsync(GuestName));
        Assert.That((await GuestAsync()).Condition, Is.EqualTo(GuestCondition.Paused));
        await Within(Backend.PauseAsync(GuestName));
        Assert.That((await GuestAsync()).Condition, Is.EqualTo(GuestCondition.Paused));
        await Within(Backend.ResumeAsync(GuestName));
        Assert.That((await GuestAsync()).Condition, Is.EqualTo(GuestCondition.Running));
        await Within(Backend.ResumeAsync(GuestName));
        Assert.That(await GuestAsync(), Has.Property(nameof(Guest.Condition)).EqualTo(GuestCondition.Running).And.Property(nameof(Guest.Host)).EqualTo(SourceHost));
    }

    [Test]
    public void A_guest_that_nobody_knows_is_refused_by_name_by_every_verb()
    {
        const string stranger = "no-such-guest";
        string file = StateFile();
        Assert.Multiple(() =>
        {
            foreach (Func<Task> verb in (Func<Task>[])[
                () => Backend.PauseAsync(stranger), () => Backend.ResumeAsync(stranger), () => Backend.SaveAsync(stranger, new SaveOptions { File = file }),
                () => Backend.RestoreAsync(stranger, new RestoreOptions { File = file, Host = TargetHost }),
                () => Backend.MigrateAsync(stranger, new MigrationOptions { TargetHost = TargetHost }), () => Backend.SetLinkAsync(stranger, true)])
            {
                Assert.That(async () => await Within(verb()), Throws.InstanceOf<HypervisorException>().With.Message.Contains(stranger));
            }
        });
    }

    [Test]
    public async Task A_saved_guest_is_stopped_and_goes_on_when_it_is_told_to()
    {
        Needs(Backend.Capabilities.SaveAndRestore, "save-and-restore");
        SavedState saved = await Within(Backend.SaveAsync(GuestName, new SaveOptions { File = StateFile() }));
        Assert.That(new FileInfo(saved.File).Length, Is.EqualTo(saved.LengthBytes).And.GreaterThan(0));
        Assert.That((await GuestAsync()).Condition, Is.EqualTo(GuestCondition.Paused));
        await Within(Backend.ResumeAsync(GuestName));
        Assert.That((await GuestAsync()).Condition, Is.EqualTo(GuestCondition.Running));
    }

    [Test]
    public async Task A_guest_that_is_saved_in_the_background_works_on()
    {
        Needs(Backend.Capabilities.BackgroundSave, "background-save");
        await Within(Backend.SaveAsync(GuestName, new SaveOptions { File = StateFile(), InBackground = true }));
        Assert.That((await GuestAsync()).Condition, Is.EqualTo(GuestCondition.Running));
    }

    [Test]
    public async Task A_guest_is_saved_with_the_disks_that_it_has_and_works_on_with_them_merged()
    {
        Needs(Backend.Capabilities.Disks, "disks");
        SavedState saved = await Within(Backend.SaveAsync(GuestName, new SaveOptions { File = StateFile(), WithDisks = true }));
        Assert.That(saved.Disks.Select(static disk => disk.Path), Is.All.Matches<string>(File.Exists).And.Unique);
        await Within(Backend.ResumeAsync(GuestName));
        await Within(Backend.MergeDisksAsync(GuestName, Deadline));
        await Within(Backend.MergeDisksAsync(GuestName, Deadline));
        Guest guest = await GuestAsync();
        Assert.That((guest.Condition, guest.Remark), Is.EqualTo((GuestCondition.Running, (string?)null)));
        Assert.That(async () => await Within(Backend.MergeDisksAsync("no-such-guest", Deadline)), Throws.InstanceOf<HypervisorException>().With.Message.Contains("no-such-guest"));
    }

    [Test]
    public async Task No_state_is_written_over_another()
    {
        Needs(Backend.Capabilities.SaveAndRestore, "save-and-restore");
        string file = StateFile();
        await File.WriteAllTextAsync(file, "mine");
        Assert.That(async () => await Within(Backend.SaveAsync(GuestName, new SaveOptions { File = file })), Throws.InstanceOf<HypervisorException>().With.Message.Contains(file));
        Assert.That(await File.ReadAllTextAsync(file), Is.EqualTo("mine"));
        Assert.That((await GuestAsync()).Condition, Is.EqualTo(GuestCondition.Running));
    }

    [Test]
    public async Task A_guest_comes_back_stopped_on_the_host_that_is_named_and_works_on_there()
    {
        Needs(Backend.Capabilities.SaveAndRestore, "save-and-restore");
        string file = StateFile();
        await Within(Backend.SaveAsync(GuestName, new SaveOptions { File = file }));
        await Within(Backend.ResumeAsync(GuestName));
        Assert.That(
            async () => await Within(Backend.RestoreAsync(GuestName, new RestoreOptions { File = file, Host = TargetHost })),
            Throws.InstanceOf<HypervisorException>().With.Message.Contains(SourceHost), "two of a kind would answer to one address");
        Assert.That((await GuestAsync()).Condition, Is.EqualTo(GuestCondition.Running), "a refusal changes nothing");

        await Within(Backend.RestoreAsync(GuestName, new RestoreOptions { File = file, Host = TargetHost, EndsRunning = true }));
        Guest back = await GuestAsync();
        Assert.That((back.Host, back.Condition), Is.EqualTo((TargetHost, GuestCondition.Paused)), back.Remark);
        await Within(Backend.ResumeAsync(GuestName));
        Assert.That((await GuestAsync()).Condition, Is.EqualTo(GuestCondition.Running));
    }

    [Test]
    public async Task What_is_no_state_is_refused()
    {
        Needs(Backend.Capabilities.SaveAndRestore, "save-and-restore");
        string file = StateFile();
        Assert.That(
            async () => await Within(Backend.RestoreAsync(GuestName, new RestoreOptions { File = file, Host = TargetHost, EndsRunning = true })),
            Throws.InstanceOf<HypervisorException>().With.Message.Contains(file));
        Assert.That((await GuestAsync()).Condition, Is.EqualTo(GuestCondition.Running), "a file that is not there ends no guest");
    }

    [TestCase(MigrationMode.Precopy, 0)]
    [TestCase(MigrationMode.Precopy, 2)]
    [TestCase(MigrationMode.Postcopy, 0)]
    public async Task A_guest_moves_and_works_on_at_its_target(MigrationMode mode, int channels)
    {
        Needs(Backend.Capabilities.LiveMigration, "live-migration");
        Needs(mode is MigrationMode.Precopy || Backend.Capabilities.Postcopy, "postcopy");
        Needs(channels == 0 || Backend.Capabilities.Multifd, "multifd");
        var told = new ToldProgress();
        MigrationResult result = await Within(Backend.MigrateAsync(GuestName, new MigrationOptions { TargetHost = TargetHost, Mode = mode, MultifdChannels = channels }, told));
        Guest there = await GuestAsync();
        Assert.That((there.Host, there.Condition), Is.EqualTo((TargetHost, GuestCondition.Running)), there.Remark);
        Assert.That((result.Guest, result.From, result.To), Is.EqualTo((GuestName, SourceHost, TargetHost)));
        Assert.That(result.SentBytes, Is.GreaterThan(0));
        Assert.That(result.Took, Is.GreaterThan(TimeSpan.Zero));
        Assert.That(told.All.Last().Phase, Is.EqualTo(MigrationPhase.Done));
        Assert.That(told.All.Select(static one => one.Share), Is.All.InRange(0, 1));
    }

    [Test]
    public async Task A_stopped_guest_moves_and_stays_stopped()
    {
        Needs(Backend.Capabilities.LiveMigration, "live-migration");
        await Within(Backend.PauseAsync(GuestName));
        await Within(Backend.MigrateAsync(GuestName, new MigrationOptions { TargetHost = TargetHost }));
        Guest there = await GuestAsync();
        Assert.That((there.Host, there.Condition), Is.EqualTo((TargetHost, GuestCondition.Paused)), there.Remark);
    }

    [Test]
    public async Task A_target_that_makes_no_sense_is_refused_and_the_guest_works_on()
    {
        Needs(Backend.Capabilities.LiveMigration, "live-migration");
        foreach (string host in (string[])[SourceHost, "no-such-host", ""])
        {
            Assert.That(
                async () => await Within(Backend.MigrateAsync(GuestName, new MigrationOptions { TargetHost = host })),
                Throws.InstanceOf<HypervisorException>().With.Message.Contains(host));
        }

        Guest guest = await GuestAsync();
        Assert.That((guest.Host, guest.Condition), Is.EqualTo((SourceHost, GuestCondition.Running)), guest.Remark);
    }

    [Test]
    public async Task Links_are_not_dropped_by_a_backend_that_cannot_and_the_guest_works_on()
    {
        Needs(Backend.Capabilities.LiveMigration, "live-migration");
        if (Backend.Capabilities.Unplug) Assert.Ignore("the backend unplugs devices; which ones its guest has, its own tests know");
        Assert.That(async () => await Within(Backend.MigrateAsync(GuestName, new MigrationOptions { TargetHost = TargetHost, Links = LinkTreatment.Drop })), Throws.InstanceOf<HypervisorException>());
        Guest guest = await GuestAsync();
        Assert.That((guest.Host, guest.Condition), Is.EqualTo((SourceHost, GuestCondition.Running)), guest.Remark);
    }

    [Test]
    public async Task The_job_is_silenced_once_while_the_guest_still_works()
    {
        Needs(Backend.Capabilities.HoldBeforeSwitchOver, "hold-before-switch-over");
        int calls = 0;
        MigrationResult result = await Within(Backend.MigrateAsync(GuestName, new MigrationOptions
        {
            TargetHost = TargetHost,
            BeforeSwitchOver = async cancel =>
            {
                _ = Interlocked.Increment(ref calls);
                await Task.Delay(TimeSpan.FromMilliseconds(300), cancel);
            },
        }));
        Assert.That(calls, Is.EqualTo(1));
        Assert.That(result.HeldFor, Is.GreaterThan(TimeSpan.FromMilliseconds(290)));
        Guest there = await GuestAsync();
        Assert.That((there.Host, there.Condition), Is.EqualTo((TargetHost, GuestCondition.Running)), there.Remark);
    }

    [Test]
    public async Task A_job_that_cannot_be_silenced_stays_where_it_is()
    {
        Needs(Backend.Capabilities.HoldBeforeSwitchOver, "hold-before-switch-over");
        var refuses = new MigrationOptions { TargetHost = TargetHost, BeforeSwitchOver = static _ => throw new InvalidOperationException("rank 3 does not answer") };
        var isLate = refuses with { HoldDeadline = TimeSpan.FromMilliseconds(200), BeforeSwitchOver = static cancel => Task.Delay(Timeout.Infinite, cancel) };
        Assert.That(
            async () => await Within(Backend.MigrateAsync(GuestName, refuses)),
            Throws.InstanceOf<MigrationFailedException>().With.Message.Contains("rank 3 does not answer").And.Property(nameof(MigrationFailedException.GuestIsOn)).EqualTo(SourceHost));
        Assert.That(
            async () => await Within(Backend.MigrateAsync(GuestName, isLate)),
            Throws.InstanceOf<MigrationFailedException>().With.Message.Contains("0.2 s").And.Property(nameof(MigrationFailedException.GuestIsOn)).EqualTo(SourceHost));
        Guest guest = await GuestAsync();
        Assert.That((guest.Host, guest.Condition), Is.EqualTo((SourceHost, GuestCondition.Running)), guest.Remark);
    }

    [Test]
    public async Task A_move_that_is_given_up_leaves_the_guest_where_it_was_and_can_be_tried_again()
    {
        Needs(Backend.Capabilities.HoldBeforeSwitchOver, "hold-before-switch-over");
        using var stop = new CancellationTokenSource();
        // Given up at an instant that no speed of the machine moves: when the job is being silenced.
        var options = new MigrationOptions { TargetHost = TargetHost, BeforeSwitchOver = async cancel => { await stop.CancelAsync(); await Task.Delay(Timeout.Infinite, cancel); } };
        Assert.That(async () => await Within(Backend.MigrateAsync(GuestName, options, null, stop.Token)), Throws.InstanceOf<OperationCanceledException>());
        Guest guest = await GuestAsync();
        Assert.That((guest.Host, guest.Condition), Is.EqualTo((SourceHost, GuestCondition.Running)), guest.Remark);
        await Within(Backend.MigrateAsync(GuestName, new MigrationOptions { TargetHost = TargetHost }));
        Assert.That((await GuestAsync()).Host, Is.EqualTo(TargetHost));
    }

    [Test]
    public async Task A_link_goes_down_and_up()
    {
        Needs(Backend.Capabilities.Links, "links");
        await Within(Backend.SetLinkAsync(GuestName, isUp: false));
        await Within(Backend.SetLinkAsync(GuestName, isUp: true));
        Assert.That((await GuestAsync()).Condition, Is.EqualTo(GuestCondition.Running));
    }

    /// <summary>Makes the backend, with its guest running on the source host.</summary>
    protected abstract Task<IHypervisorBackend> CreateAsync();

    /// <summary>The guest as the backend describes it.</summary>
    protected async Task<Guest> GuestAsync() => (await Within(Backend.GuestsAsync())).Single(guest => guest.Name == GuestName);

    private static void Needs(bool isThere, string capability)
    {
        if (!isThere) Assert.Ignore($"missing capability: {capability}");
    }

    private string StateFile() => Path.Combine(_folder, "guest's state");

    private Task Within(Task verb) => verb.WaitAsync(Deadline);

    private Task<T> Within<T>(Task<T> verb) => verb.WaitAsync(Deadline);

    /// <summary>Keeps what it was told; <see cref="Progress{T}"/> would tell it late, on another thread.</summary>
    private sealed class ToldProgress : IProgress<MigrationProgress>
    {
        private readonly ConcurrentQueue<MigrationProgress> _all = new();

        public IReadOnlyCollection<MigrationProgress> All => _all;

        public void Report(MigrationProgress value) => _all.Enqueue(value);
    }
}
