using System;
using System.Linq;
using System.Threading;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests.Tracking;

/// <summary>What those who write past the kernel say.</summary>
internal sealed class WrittenMemoryTests
{
    private const int Start = 1 << 20;

    [TestCase(0, 1, new[] { 0 })]
    [TestCase(4095, 2, new[] { 0, 1 })]
    [TestCase(8192, 4096, new[] { 2 })]
    [TestCase(-100, 100, new int[0])]
    [TestCase(-100, 101, new[] { 0 })]
    [TestCase(3 * 4096, 1 << 30, new[] { 3, 4 })]
    [TestCase((4 * 4096) + 100, 1, new int[0])]
    [TestCase(5000, 0, new int[0])]
    [TestCase(5000, -5, new int[0])]
    public void A_mark_covers_the_pages_of_the_region_that_it_touches(int offset, long count, int[] expected)
    {
        WatchedPages watched = WrittenMemory.Watch(Start, (4 * PageSet.PageBytes) + 100);
        try
        {
            WrittenMemory.Mark(Start + offset, count);
            Assert.That(Taken(watched, 5), Is.EqualTo(expected));
            Assert.That(Taken(watched, 5), Is.Empty, "taken once");
        }
        finally
        {
            WrittenMemory.Unwatch(watched);
        }
    }

    [Test]
    public void Long_marks_cross_words_of_bits()
    {
        var watched = new WatchedPages(Start, 300 * PageSet.PageBytes);
        watched.Mark(Start + (60 * PageSet.PageBytes), 200L * PageSet.PageBytes);
        Assert.That(Taken(watched, 300), Is.EqualTo(Enumerable.Range(60, 200)));
    }

    [Test]
    public void No_mark_of_many_threads_is_lost_while_another_one_takes()
    {
        const int Pages = 500;
        const int Threads = 4;
        const int Rounds = 3000;
        var watched = new WatchedPages(Start, Pages * PageSet.PageBytes);
        bool[] isFound = new bool[Pages];
        int lost = 0;
        Thread[] markers = [.. Enumerable.Range(0, Threads).Select(number => new Thread(() =>
        {
            // Pages of its own, in words of bits that all share.
            var random = new Random(number);
            for (int i = 0; i < Rounds && Volatile.Read(ref lost) == 0; i++)
            {
                int page = (random.Next(Pages / Threads) * Threads) + number;
                Volatile.Write(ref isFound[page], false);
                watched.Mark(Start + (page * PageSet.PageBytes), 1);
                if (!SpinWait.SpinUntil(() => Volatile.Read(ref isFound[page]), TimeSpan.FromSeconds(20))) Interlocked.Increment(ref lost);
            }
        }))];
        foreach (Thread marker in markers) marker.Start();
        while (markers.Any(static m => m.IsAlive))
        {
            foreach (int page in Taken(watched, Pages)) Volatile.Write(ref isFound[page], true);
            Thread.Yield();
        }

        Assert.That(lost, Is.Zero);
    }

    [Test]
    public void To_mark_allocates_nothing()
    {
        WatchedPages watched = WrittenMemory.Watch(Start, 100 * PageSet.PageBytes);
        try
        {
            WrittenMemory.Mark(Start, 1);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 10_000; i++) WrittenMemory.Mark(Start + (i * 37), 10_000);
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        }
        finally
        {
            WrittenMemory.Unwatch(watched);
        }
    }

    private static int[] Taken(WatchedPages watched, int pages)
    {
        var set = new PageSet(pages);
        watched.TakeInto(set);
        return [.. Enumerable.Range(0, pages).Where(p => set.Contains(p))];
    }
}
