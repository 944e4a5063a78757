using System;
using HpcVirt.Mpi.Resilience.Channel;
using NUnit.Framework;

namespace HpcVirt.Mpi.Resilience.Tests.Channel;

internal sealed class OutgoingQueueTests
{
    [Test]
    [CancelAfter(20_000)]
    public void The_first_step_after_a_restore_is_told_at_once_and_later_ones_wait_for_their_turn()
    {
        // An hour between beats: whatever is told within this test did not wait for its turn.
        var queue = new OutgoingQueue(messagesMax: 8, beatInterval: TimeSpan.FromHours(1), aliveInterval: TimeSpan.FromMilliseconds(100), TimeProvider.System);
        queue.PutBeat(3);
        Assert.That(Next(queue), Is.EqualTo(new Beat(3)));
        queue.TryPut(new Restored(40, 2, []));
        Assert.That(Next(queue), Is.TypeOf<Restored>());
        queue.PutBeat(40);
        Assert.That(Next(queue), Is.EqualTo(new Beat(40)));
        queue.PutBeat(41);
        Assert.That(Next(queue), Is.EqualTo(new Beat(41)));
        queue.PutBeat(42);
        Assert.That(Next(queue), Is.TypeOf<Alive>(), "step 42 has to wait");
    }

    private static ControlMessage? Next(OutgoingQueue queue) => queue.TryTake(out ControlMessage? message) ? message : null;
}
