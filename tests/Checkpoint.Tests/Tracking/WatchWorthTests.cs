using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests.Tracking;

internal sealed class WatchWorthTests
{
    [Test]
    public void A_region_that_changes_as_a_whole_is_left_alone_and_tried_again_ever_more_seldom()
    {
        var worth = new WatchWorth();
        worth.Judge(100, 100);
        Assert.That(worth.IsPaused, Is.False, "one large change says nothing");
        worth.Judge(100, 100);
        int[] pauses = new int[3];
        for (int i = 0; i < pauses.Length; i++)
        {
            while (worth.IsPaused)
            {
                worth.Pass();
                pauses[i]++;
            }

            worth.Judge(100, 100);
        }

        Assert.That(pauses, Is.EqualTo(new[] { 16, 32, 64 }));
    }

    [Test]
    public void A_region_of_which_little_changes_stays_watched()
    {
        var worth = new WatchWorth();
        for (int i = 0; i < 10; i++)
        {
            worth.Judge(100, 100);
            worth.Judge(25, 100);
        }

        Assert.That(worth.IsPaused, Is.False);
    }

    [Test]
    public void No_change_is_missed_before_while_and_after_a_region_is_left_alone()
    {
        const int Pages = 64;
        if (KernelTracker.TryCreate(out string? reason) is not { } kernel)
        {
            Assert.Ignore($"missing capability: userfaultfd write protection ({reason})");
            return;
        }

        using var tracker = new WriteTracker(kernel);
        using var memory = new NativeBuffer(Pages * PageSet.PageBytes);
        memory.Memory.Span.Clear();
        var region = new MemoryRegion<byte>("plate", () => memory.Memory);
        bool wasLeftAlone = false;
        for (int look = 0; look < 60; look++)
        {
            // Busy at first, calm later; what is written is always among what is found.
            int written = look < 5 ? Pages : 1;
            for (int page = 0; page < written; page++) memory.Memory.Span[page * PageSet.PageBytes]++;
            var changed = new PageSet(Pages);
            RegionDescriptor descriptor = region.BeginSave();
            tracker.Collect([region], [descriptor], [changed]);
            region.EndSave();
            for (int page = 0; page < written; page++) Assert.That(changed.Contains(page), Is.True, $"look {look}, page {page}");
            wasLeftAlone |= tracker.IsLeftAlone("plate");
            if (look == 59) Assert.That(changed.Count, Is.EqualTo(1), "watched again, and only what changed is found");
        }

        Assert.That(wasLeftAlone, Is.True);
    }
}
