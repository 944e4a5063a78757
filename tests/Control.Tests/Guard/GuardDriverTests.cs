using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using HpcVirt.Control.Guard;
using HpcVirt.Control.Guard.Protocol;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Guard;

/// <summary>The driver: effects in their order, nothing without the journal, and an end in good order.</summary>
[TestFixture]
[CancelAfter(60_000)]
internal sealed class GuardDriverTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Test]
    public async Task The_intent_is_on_the_disk_before_the_move_begins_and_its_end_before_the_next_thing()
    {
        var hands = new RecordingHands();
        using var driver = new GuardDriver(new GuardState(Fleet.Policy), hands);
        Task running = driver.RunAsync();
        await driver.PostAsync(RedA());
        await driver.SettledAsync().WaitAsync(Deadline);
        Assert.That(hands.Done, Is.EqualTo(new[] { "CaseOpened", "look", "MoveBegun", "move vm1 to b", "MoveEnded", "look", "CaseActed" }));
        await driver.EndAsync();
        await running.WaitAsync(Deadline);
    }

    [Test]
    public async Task Without_its_journal_it_does_nothing_and_ends()
    {
        var hands = new RecordingHands { FailsAt = "MoveBegun" };
        using var driver = new GuardDriver(new GuardState(Fleet.Policy), hands);
        Task running = driver.RunAsync();
        await driver.PostAsync(RedA());
        Assert.That(async () => await running.WaitAsync(Deadline), Throws.InstanceOf<ControlException>().With.Message.Contains("the disk is full"));
        Assert.That(hands.Done, Has.None.StartsWith("move"));
        Assert.That(async () => await driver.SettledAsync().WaitAsync(Deadline), Throws.InstanceOf<ControlException>(), "who waits hears of it");
        Assert.That(async () => await driver.PostAsync(RedA()), Throws.InstanceOf<ChannelClosedException>(), "and so does who goes on");
    }

    [Test]
    public async Task Hands_that_throw_against_their_promise_end_the_guard_and_do_not_hang_it()
    {
        using var driver = new GuardDriver(new GuardState(Fleet.Policy), new RecordingHands { DiesMoving = true });
        Task running = driver.RunAsync();
        await driver.PostAsync(RedA());
        Assert.That(async () => await running.WaitAsync(Deadline), Throws.InstanceOf<InvalidOperationException>());
        Assert.That(async () => await driver.SettledAsync().WaitAsync(Deadline), Throws.InstanceOf<InvalidOperationException>());
    }

    [Test]
    public async Task Judging_goes_on_while_a_guest_moves()
    {
        var hands = new RecordingHands { Move = new TaskCompletionSource<MoveResult>() };
        using var driver = new GuardDriver(new GuardState(Fleet.Policy), hands);
        Task running = driver.RunAsync();
        await driver.PostAsync(RedA());
        await hands.MoveBegun.Task.WaitAsync(Deadline);
        await driver.PostAsync(Fleet.Judged(Fleet.Noon + 60, ("b", 0.7, true, true)));
        Assert.That(SpinWait.SpinUntil(() => hands.Done.Count(static one => one == "CaseOpened") == 2, Deadline), Is.True, "host b's alert is heard");
        Assert.That(driver.SettledAsync().IsCompleted, Is.False);
        hands.Move.SetResult(Arrived);
        await driver.SettledAsync().WaitAsync(Deadline);
        await driver.EndAsync();
        await running.WaitAsync(Deadline);
    }

    [Test]
    public async Task Told_to_end_it_gives_up_the_move_writes_down_its_end_and_begins_nothing_else()
    {
        var hands = new RecordingHands { Move = new TaskCompletionSource<MoveResult>() };
        using var driver = new GuardDriver(new GuardState(Fleet.Policy), hands);
        Task running = driver.RunAsync();
        await driver.PostAsync(RedA());
        await hands.MoveBegun.Task.WaitAsync(Deadline);
        await driver.EndAsync().WaitAsync(Deadline);
        await running.WaitAsync(Deadline);
        Assert.That(hands.Done.ToArray()[^1], Is.EqualTo("MoveEnded"), "no look, no second move");
    }

    private static MoveResult Arrived => new(MoveEnding.Arrived, TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(20), 1 << 30, "");

    private static Judged RedA() => Fleet.Judged(Fleet.Noon, ("a", 0.6, true, true), ("b", 0.01, false, false), ("c", 0.01, false, false), ("d", 0.01, false, false));

    /// <summary>Hands that write down what they are told to do: vm1 is on a until it is moved.</summary>
    private sealed class RecordingHands : IGuardHands
    {
        private string _host = "a";

        public ConcurrentQueue<string> Done { get; } = new();

        public string? FailsAt { get; init; }

        public bool DiesMoving { get; init; }

        public TaskCompletionSource<MoveResult>? Move { get; init; }

        public TaskCompletionSource MoveBegun { get; } = new();

        public void Append(GuardRecord record)
        {
            if (record.GetType().Name == FailsAt) throw new ControlException(ExitCode.InternalError, "the disk is full");
            Done.Enqueue(record.GetType().Name);
        }

        public void Tell(Tell told)
        {
        }

        public void Forget(string word)
        {
        }

        public Task<GuardEvent> LookAsync(bool isLater, CancellationToken stop)
        {
            Done.Enqueue("look");
            return Task.FromResult<GuardEvent>(new Looked(Fleet.Of("vm1@" + _host)));
        }

        public async Task<MoveResult> MoveAsync(MoveStep step, CancellationToken stop)
        {
            Done.Enqueue($"move {step.Guest} to {step.To}");
            _ = MoveBegun.TrySetResult();
            if (DiesMoving) throw new InvalidOperationException("hands do not throw");
            try
            {
                MoveResult result = Move is null ? Arrived : await Move.Task.WaitAsync(stop);
                _host = step.To;
                return result;
            }
            catch (OperationCanceledException)
            {
                return new MoveResult(MoveEnding.BrokenOff, TimeSpan.Zero, TimeSpan.Zero, 0, "given up");
            }
        }

        public Task<(bool IsDone, TimeSpan Took, string Remark)> SaveAsync(SaveStep step, CancellationToken stop) => Task.FromResult((true, TimeSpan.FromSeconds(1), ""));

        public Task<string?> ResumeAsync(string guest, CancellationToken stop) => Task.FromResult<string?>(null);

        public Task<string?> ReleaseAsync(CancellationToken stop) => Task.FromResult<string?>(null);
    }
}
