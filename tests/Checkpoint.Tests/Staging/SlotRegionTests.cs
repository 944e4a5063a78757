using System;
using System.Linq;
using System.Runtime.InteropServices;
using HpcVirt.Checkpoint.Formats;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests.Staging;

internal sealed unsafe class SlotRegionTests
{
    [Test]
    public void Checksums_kept_page_by_page_equal_those_of_whole_blocks_after_any_changes([Values(1, 4096, 100_000, (3 << 20) + 777)] int bytes)
    {
        nint address = (nint)NativeMemory.AllocZeroed((nuint)bytes);
        try
        {
            using var memory = new MappedMemory(address, bytes, ownsMapping: false);
            var region = new SlotRegion(bytes);
            var random = new Random(bytes);
            for (int round = 0; round < 30; round++)
            {
                long pages = PageSet.PagesOf(bytes);
                long first = random.NextInt64(pages);
                long count = round % 10 == 0 ? pages - first : long.Min(pages - first, random.Next(1, 5));
                random.NextBytes(memory.Slice(first * PageSet.PageBytes, region.RunBytes(first, count)));
                region.Wrote(first, count);
                region.Check(memory, 0);
                uint[] expected = [.. Enumerable.Range(0, (int)RegionEntry.BlockCount(bytes, Shard.DefaultBlockBytes)).Select(block =>
                    Crc32C.Of(memory.Slice((long)block * Shard.DefaultBlockBytes, int.Min(Shard.DefaultBlockBytes, bytes - (block * Shard.DefaultBlockBytes)))))];
                Assert.That(region.BlockChecksums, Is.EqualTo(expected), $"round {round}");
            }
        }
        finally
        {
            NativeMemory.Free((void*)address);
        }
    }

    [Test]
    public void A_slot_brought_up_to_another_has_the_checksums_of_the_memory_and_not_of_its_own_bytes()
    {
        const int Bytes = (1 << 20) + 777;
        using var aheadBuffer = new NativeBuffer(Bytes);
        using var behindBuffer = new NativeBuffer(Bytes);
        using var ahead = new MappedMemory(aheadBuffer.Address, Bytes, ownsMapping: false);
        using var behind = new MappedMemory(behindBuffer.Address, Bytes, ownsMapping: false);
        var newest = new SlotRegion(Bytes);
        var old = new SlotRegion(Bytes);
        var random = new Random(11);
        long pages = PageSet.PagesOf(Bytes);
        random.NextBytes(ahead.Slice(0, Bytes));
        newest.Wrote(0, pages);
        newest.Check(ahead, 0);
        Take(0, pages);
        for (int round = 0; round < 40; round++)
        {
            long first = random.NextInt64(pages);
            long count = long.Min(pages - first, random.Next(1, 9));
            random.NextBytes(ahead.Slice(first * PageSet.PageBytes, newest.RunBytes(first, count)));
            newest.Wrote(first, count);
            newest.Check(ahead, 0);
            Take(first, count);
            Assert.That(old.BlockChecksums, Is.EqualTo(newest.BlockChecksums), $"round {round}");
        }

        void Take(long first, long count)
        {
            ahead.Slice(first * PageSet.PageBytes, newest.RunBytes(first, count)).CopyTo(behind.Slice(first * PageSet.PageBytes, newest.RunBytes(first, count)));

            // A bit that this copy got wrong.
            if (count < pages) behind.Slice(first * PageSet.PageBytes, 1)[0] ^= 1;
            old.Took(newest, first, count);
            old.Check(behind, 0);
            if (count < pages) behind.Slice(first * PageSet.PageBytes, 1)[0] ^= 1;
        }
    }

    [Test]
    public void Runs_of_a_page_set_are_what_was_added_and_not_removed()
    {
        var random = new Random(5);
        for (int round = 0; round < 200; round++)
        {
            int pages = random.Next(1, 300);
            var set = new PageSet(pages);
            bool[] twin = new bool[pages];
            for (int i = 0; i < 20; i++)
            {
                int first = random.Next(pages);
                int count = random.Next(pages - first + 1);
                bool adds = random.Next(2) == 0;
                if (adds) set.Add(first, count);
                else set.Remove(first, count);
                Array.Fill(twin, adds, first, count);
            }

            bool[] found = new bool[pages];
            for (long from = 0; set.TryNextRun(from, pages, out long first, out long count); from = first + count) Array.Fill(found, true, (int)first, (int)count);
            Assert.That(found, Is.EqualTo(twin));
            Assert.That(set.Count, Is.EqualTo(twin.Count(static t => t)));
        }
    }
}
