using System.Collections.Generic;
using System.Linq;
using HpcVirt.Simulation.Events;
using NUnit.Framework;

namespace HpcVirt.Simulation.Tests.Events;

[TestFixture]
internal sealed class CalendarQueueTests
{
    [Test]
    public void Events_come_in_the_order_of_time_and_then_of_planning([Range(1, 20)] int seed)
    {
        var random = new SeededRandom((ulong)seed);
        var queue = new CalendarQueue(dayBits: 4, daysBits: 6, blockBits: 2);
        var planned = new List<(long Time, int Data)>();
        var taken = new List<(long Time, int Data)>();
        long now = 0;
        for (int data = 0; data < 2_000; data++)
        {
            // Within the day, within the calendar, and far beyond it.
            long time = now + random.Below(random.Below(3) switch { 0 => 3, 1 => 500, _ => 100_000 });
            queue.Add(new SimulatedEvent { TimeNs = time, Data = data });
            planned.Add((time, data));
            if (random.OneIn(2) && queue.TryTake(out SimulatedEvent next))
            {
                now = next.TimeNs;
                taken.Add((next.TimeNs, next.Data));
            }
        }

        while (queue.TryTake(out SimulatedEvent next))
            taken.Add((next.TimeNs, next.Data));
        Assert.Multiple(() =>
        {
            Assert.That(taken.Select(entry => entry.Time), Is.Ordered);
            Assert.That(taken.GroupBy(entry => entry.Time).All(moment => moment.Select(entry => entry.Data).SequenceEqual(moment.Select(entry => entry.Data).Order())));
            Assert.That(taken, Is.EquivalentTo(planned));
            Assert.That(queue.Count, Is.Zero);
        });
    }
}
