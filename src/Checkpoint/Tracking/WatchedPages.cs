using System.Threading;

namespace HpcVirt.Checkpoint;

/// <summary>
/// The pages of one piece of memory that somebody has said to have written, as bits that any thread sets and the checkpoint takes: no lock, no
/// allocation, so that it may be told of every message.
/// </summary>
/// <param name="address">Where the memory begins.</param>
/// <param name="lengthBytes">Its length.</param>
internal sealed class WatchedPages(nint address, long lengthBytes)
{
    private readonly ulong[] _bits = new ulong[(PageSet.PagesOf(lengthBytes) + 63) / 64];

    /// <summary>Notes the part of a range that lies within.</summary>
    public void Mark(nint start, long count)
    {
        long firstByte = long.Max(0, (long)start - address);
        long endByte = long.Min(lengthBytes, (long)start - address + count);
        if (firstByte >= endByte) return;
        long end = PageSet.PagesOf(endByte);
        for (long page = firstByte / PageSet.PageBytes; page < end;)
        {
            int bit = (int)(page & 63);
            int run = (int)long.Min(64 - bit, end - page);
            ulong mask = (run == 64 ? ulong.MaxValue : (1UL << run) - 1) << bit;
            ref ulong word = ref _bits[page >> 6];

            // What is set already need not be written once more: other threads read the same line.
            if ((Volatile.Read(ref word) & mask) != mask) Interlocked.Or(ref word, mask);
            page += run;
        }
    }

    /// <summary>Adds what was noted since the last call. What is noted meanwhile is found by this call or by the next.</summary>
    public void TakeInto(PageSet changed)
    {
        for (int word = 0; word < _bits.Length; word++)
        {
            if (Volatile.Read(ref _bits[word]) != 0) changed.AddWord(word, Interlocked.Exchange(ref _bits[word], 0));
        }
    }
}
