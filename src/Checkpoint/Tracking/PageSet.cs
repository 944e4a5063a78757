using System;
using System.Numerics;

namespace HpcVirt.Checkpoint;

/// <summary>A set of pages of one region, as bits.</summary>
internal sealed class PageSet
{
    /// <summary>The page that all counting here goes by, also where the hardware's pages are larger.</summary>
    public const int PageBytes = 4096;

    private readonly ulong[] _bits;

    public PageSet(long pageCount)
    {
        PageCount = pageCount;
        _bits = new ulong[(pageCount + 63) / 64];
    }

    public long PageCount { get; }

    public long Count
    {
        get
        {
            long count = 0;
            foreach (ulong word in _bits) count += BitOperations.PopCount(word);
            return count;
        }
    }

    public static long PagesOf(long lengthBytes) => (lengthBytes + PageBytes - 1) / PageBytes;

    public bool Contains(long page) => (_bits[page >> 6] & (1UL << (int)page)) != 0;

    public void Clear() => Array.Clear(_bits);

    public void AddAll() => Add(0, PageCount);

    /// <summary>Adds the pages from <paramref name="first"/> on; what lies beyond the region is left out.</summary>
    public void Add(long first, long count)
    {
        long end = long.Min(PageCount, first + count);
        for (long page = long.Max(0, first); page < end;)
        {
            int bit = (int)(page & 63);
            int run = (int)long.Min(64 - bit, end - page);
            _bits[page >> 6] |= (run == 64 ? ulong.MaxValue : (1UL << run) - 1) << bit;
            page += run;
        }
    }

    /// <summary>Adds 64 pages at once, as their bits; what lies beyond the region must not be set.</summary>
    public void AddWord(int word, ulong bits) => _bits[word] |= bits;

    public void Remove(long first, long count)
    {
        for (long page = first; page < first + count;)
        {
            int bit = (int)(page & 63);
            int run = (int)long.Min(64 - bit, first + count - page);
            _bits[page >> 6] &= ~((run == 64 ? ulong.MaxValue : (1UL << run) - 1) << bit);
            page += run;
        }
    }

    public void UnionWith(PageSet other)
    {
        for (int i = 0; i < _bits.Length; i++) _bits[i] |= other._bits[i];
    }

    public void CopyFrom(PageSet other) => other._bits.CopyTo(_bits, 0);

    /// <summary>The next run of pages in the set at or after a page; false when there is none before <paramref name="end"/>.</summary>
    public bool TryNextRun(long from, long end, out long first, out long count)
    {
        first = Next(from, end, wanted: true);
        count = first < end ? Next(first, end, wanted: false) - first : 0;
        return count > 0;
    }

    private long Next(long from, long end, bool wanted)
    {
        long page = from;
        while (page < end)
        {
            ulong word = wanted ? _bits[page >> 6] : ~_bits[page >> 6];
            word &= ulong.MaxValue << (int)(page & 63);
            if (word != 0) return long.Min(end, (page & ~63L) + BitOperations.TrailingZeroCount(word));
            page = (page & ~63L) + 64;
        }

        return end;
    }
}
