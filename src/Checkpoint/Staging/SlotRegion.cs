using System;
using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint;

/// <summary>What is known of one region's bytes within one slot: which are stale, and the checksums of those that are not.</summary>
/// <param name="lengthBytes">The region's length.</param>
internal sealed class SlotRegion(long lengthBytes)
{
    private const int PagesPerBlock = Shard.DefaultBlockBytes / PageSet.PageBytes;

    private readonly uint[] _pageChecksums = new uint[PageSet.PagesOf(lengthBytes)];
    private readonly uint[] _blockChecksums = new uint[RegionEntry.BlockCount(lengthBytes, Shard.DefaultBlockBytes)];
    private readonly PageSet _changed = AllPages(lengthBytes);
    private readonly PageSet _unchecked = AllPages(lengthBytes);

    /// <summary>Pages that differ from the program's memory as of the last stage; all at first.</summary>
    public PageSet Pending { get; } = AllPages(lengthBytes);

    /// <summary>The checksums of the blocks as of the last <see cref="Check"/>.</summary>
    public uint[] BlockChecksums => _blockChecksums;

    /// <summary>The length of the part of the region that a run of pages covers.</summary>
    public int RunBytes(long first, long count) =>
        checked((int)(long.Min(lengthBytes, (first + count) * PageSet.PageBytes) - (first * PageSet.PageBytes)));

    /// <summary>Notes that pages of the slot hold the memory of now.</summary>
    public void Wrote(long first, long count)
    {
        Pending.Remove(first, count);
        _changed.Add(first, count);
        _unchecked.Add(first, count);
    }

    /// <summary>
    /// Notes that pages of the slot are copies of another slot's. What is known of their checksums comes with them: they are of the memory as it
    /// was, and a byte that the copy gets wrong is found by them.
    /// </summary>
    public void Took(SlotRegion source, long first, long count)
    {
        Pending.Remove(first, count);
        _changed.Add(first, count);
        _unchecked.Remove(first, count);
        for (long page = first; page < first + count; page++)
        {
            if (source._unchecked.Contains(page)) _unchecked.Add(page, 1);
            else _pageChecksums[page] = source._pageChecksums[page];
        }
    }

    /// <summary>Brings the blocks' checksums up to date from the bytes in the slot, reading only what has changed.</summary>
    public void Check(MappedMemory slot, long offsetBytes)
    {
        for (int block = 0; block < _blockChecksums.Length; block++)
        {
            long firstPage = (long)block * PagesPerBlock;
            long endPage = long.Min(firstPage + PagesPerBlock, _pageChecksums.Length);
            if (!_changed.TryNextRun(firstPage, endPage, out long first, out long count)) continue;

            // A block that is new as a whole is read in long stretches; its pages get checksums of their own when one of them changes alone.
            if (first == firstPage && count == endPage - firstPage)
                _blockChecksums[block] = Crc32C.Of(slot.Slice(offsetBytes + (firstPage * PageSet.PageBytes), RunBytes(first, count)));
            else
                CheckPages(slot, offsetBytes, block, firstPage, endPage);
        }

        _changed.Clear();
    }

    private void CheckPages(MappedMemory slot, long offsetBytes, int block, long firstPage, long endPage)
    {
        for (long from = firstPage; _unchecked.TryNextRun(from, endPage, out long first, out long count); from = first + count)
        {
            // The next page may lie in the next block: what is looked for is never far away.
            if (_unchecked.TryNextRun(first + count, long.Min(_pageChecksums.Length, endPage + PagesPerBlock), out long next, out _)) PageFetch.Begin(Page(slot, offsetBytes, next));
            for (long page = first; page < first + count; page++) _pageChecksums[page] = Crc32C.Of(Page(slot, offsetBytes, page));
        }

        _unchecked.Remove(firstPage, endPage - firstPage);
        uint checksum = _pageChecksums[firstPage];
        for (long page = firstPage + 1; page < endPage; page++)
        {
            int pageBytes = RunBytes(page, 1);
            checksum = pageBytes == PageSet.PageBytes
                ? Crc32C.JoinPage(checksum, _pageChecksums[page])
                : Crc32C.Continue(checksum, Page(slot, offsetBytes, page));
        }

        _blockChecksums[block] = checksum;
    }

    private Span<byte> Page(MappedMemory slot, long offsetBytes, long page) => slot.Slice(offsetBytes + (page * PageSet.PageBytes), RunBytes(page, 1));

    private static PageSet AllPages(long lengthBytes)
    {
        var pages = new PageSet(PageSet.PagesOf(lengthBytes));
        pages.AddAll();
        return pages;
    }
}
