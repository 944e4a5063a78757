using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.VSphere;
using NUnit.Framework;
using NUnit.Framework.Constraints;

namespace HpcVirt.Hypervisor.Tests.VSphere;

/// <summary>Moves that are given up: before, on the way, and too late; and the job that is silent meanwhile.</summary>
[TestFixture]
[CancelAfter(60_000)]
public sealed class VSphereGiveUpTests
{
    private const string Relocate = "RelocateVM_Task";
    private const int Never = int.MaxValue;

    private ScriptedVCenter _vcenter = null!;
    private VSphereBackend _backend = null!;

    private ScriptedMachine Guest => _vcenter.Inventory.Machine("vm-41");

    [SetUp]
    public void Start()
    {
        _vcenter = new ScriptedVCenter();
        _backend = VCenterBench.Backend(_vcenter);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _backend.DisposeAsync();
        await _vcenter.DisposeAsync();
    }

    [Test]
    public async Task A_job_is_silenced_once_before_the_move_is_begun_and_let_go_on_once_the_guest_is_there()
    {
        var story = new System.Collections.Concurrent.ConcurrentQueue<string>();
        MigrationResult result = await MoveAsync(Options() with
        {
            BeforeSwitchOver = _ =>
            {
                story.Enqueue($"silenced on {Guest.Host} with {_vcenter.CountOf("POST", Relocate)} moves begun");
                return Task.CompletedTask;
            },
            AfterSwitchOver = () =>
            {
                story.Enqueue($"released on {Guest.Host}");
                return Task.CompletedTask;
            },
        });
        Assert.That(story, Is.EqualTo(new[] { "silenced on host-10 with 0 moves begun", "released on host-11" }));
        Assert.That(result.HeldFor, Is.GreaterThan(TimeSpan.Zero));
    }

    [Test]
    public async Task A_guest_that_stands_still_has_no_job_to_silence()
    {
        Guest.Power = "suspended";
        MigrationResult result = await MoveAsync(Options() with { BeforeSwitchOver = static _ => throw new InvalidOperationException("it is not to be called") });
        Assert.That((result.HeldFor, Guest.Host, Guest.Power), Is.EqualTo(((TimeSpan?)null, "host-11", "suspended")));
    }

    [Test]
    public void A_job_that_cannot_be_silenced_keeps_its_guest_where_it_is_and_nothing_is_begun()
    {
        bool isReleased = false;
        MigrationOptions options = Options() with
        {
            HoldDeadline = TimeSpan.FromMilliseconds(200),
            AfterSwitchOver = () =>
            {
                isReleased = true;
                return Task.CompletedTask;
            },
        };
        var never = new TaskCompletionSource();
        Assert.That(async () => await MoveAsync(options with { BeforeSwitchOver = static _ => throw new InvalidOperationException("rank 3 does not answer") }), StaysOnA("rank 3 does not answer"));
        Assert.That(async () => await MoveAsync(options with { BeforeSwitchOver = static cancel => Task.Delay(Timeout.Infinite, cancel) }), StaysOnA("0.2 s"));
        Assert.That(async () => await MoveAsync(options with { BeforeSwitchOver = _ => never.Task }), StaysOnA("0.2 s"), "who does not obey is not waited for");
        Assert.That((_vcenter.CountOf("POST", Relocate), isReleased), Is.EqualTo((0, false)));
    }

    [Test]
    public async Task A_move_that_is_given_up_while_the_job_is_silenced_is_not_begun_and_can_be_tried_again()
    {
        using var stop = new CancellationTokenSource();
        MigrationOptions options = Options() with
        {
            BeforeSwitchOver = async cancel =>
            {
                await stop.CancelAsync();
                await Task.Delay(Timeout.Infinite, cancel);
            },
        };
        Assert.That(async () => await MoveAsync(options, stop.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(_vcenter.CountOf("POST", Relocate), Is.Zero);
        Assert.That((await MoveAsync(Options())).To, Is.EqualTo("esx-b"));
    }

    [Test]
    public void A_move_that_is_given_up_on_the_way_leaves_the_guest_where_it_was()
    {
        using var stop = new CancellationTokenSource();
        _vcenter.Inventory.LooksPerTask = Never;
        _vcenter.Inventory.OnLook = task => StopAt(task, 2, stop);
        Assert.That(async () => await MoveAsync(Options(), stop.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That((Guest.Host, _vcenter.CountOf("POST", "CancelTask"), _vcenter.Inventory.Tasks.Single().IsOpen), Is.EqualTo(("host-10", 1, false)));
    }

    [Test]
    public async Task A_word_that_comes_too_late_changes_nothing()
    {
        using var stop = new CancellationTokenSource();
        _vcenter.Inventory.LooksPerTask = Never;
        _vcenter.Inventory.OnLook = task => StopAt(task, 2, stop);
        // The task ends between the look and the word, as it may at any time.
        _vcenter.Instead = asked =>
        {
            if (asked.Is("POST", "CancelTask")) _vcenter.Inventory.Tasks.Single().End(null);
            return null;
        };
        MigrationResult result = await MoveAsync(Options(), stop.Token);
        Assert.That((result.To, Guest.Host, _vcenter.CountOf("POST", "CancelTask")), Is.EqualTo(("esx-b", "host-11", 1)));
    }

    [Test]
    public async Task A_move_that_does_not_let_itself_be_given_up_is_waited_for_to_its_end()
    {
        using var stop = new CancellationTokenSource();
        _vcenter.Inventory.LooksPerTask = 6;
        _vcenter.Inventory.OnLook = task =>
        {
            task.IsCancelable = false;
            StopAt(task, 2, stop);
        };
        Assert.That((await MoveAsync(Options(), stop.Token)).To, Is.EqualTo("esx-b"));
        Assert.That(_vcenter.CountOf("POST", "CancelTask"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_move_that_neither_ends_nor_is_given_up_has_no_known_end_and_is_not_waited_for_for_ever()
    {
        using var stop = new CancellationTokenSource();
        await using VSphereBackend impatient = VCenterBench.Backend(_vcenter, VCenterBench.Short);
        _vcenter.Inventory.LooksPerTask = Never;
        _vcenter.Inventory.OnLook = task =>
        {
            task.IsCancelable = false;
            StopAt(task, 2, stop);
        };
        Assert.That(
            async () => await impatient.MigrateAsync("vm1", Options(), null, stop.Token).WaitAsync(TimeSpan.FromSeconds(30)),
            Throws.InstanceOf<HypervisorException>().And.Not.InstanceOf<MigrationFailedException>().And.Message.Contains("had not ended 0.5 s later (NotSupported)").And.Message.Contains("task-1 may still go on"));
    }

    [Test]
    public void A_move_that_is_not_over_in_time_is_given_up()
    {
        _vcenter.Inventory.LooksPerTask = Never;
        Assert.That(async () => await MoveAsync(Options() with { Deadline = TimeSpan.FromMilliseconds(300) }), StaysOnA("was given up"));
        Assert.That((Guest.Host, _vcenter.CountOf("POST", "CancelTask")), Is.EqualTo(("host-10", 1)));
    }

    private static void StopAt(ScriptedTask task, int looks, CancellationTokenSource stop)
    {
        if (task.Looks == looks) stop.Cancel();
    }

    private static MigrationOptions Options() => new() { TargetHost = "esx-b" };

    private static ContainsConstraint StaysOnA(string why) =>
        Throws.InstanceOf<MigrationFailedException>().With.Property(nameof(MigrationFailedException.GuestIsOn)).EqualTo("esx-a").And.Message.Contains(why);

    private Task<MigrationResult> MoveAsync(MigrationOptions options, CancellationToken cancel = default) =>
        _backend.MigrateAsync("vm1", options, null, cancel).WaitAsync(TimeSpan.FromSeconds(30), CancellationToken.None);
}
