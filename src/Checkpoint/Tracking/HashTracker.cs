using System;
using System.Collections.Generic;
using System.IO.Hashing;

namespace HpcVirt.Checkpoint;

/// <summary>Which pages have another content than last time, by XXH128 of each: for kernels that do not watch over writes.</summary>
/// <remarks>
/// Two contents of a page that differ have one hash with a chance of 2^-128. The hash is not a defence against somebody who makes such contents on
/// purpose; it need not be, because what it protects is the program's own memory.
/// </remarks>
internal sealed class HashTracker : IChangeTracker
{
    private const int ReadBytes = 1 << 20;

    private readonly Dictionary<string, UInt128[]> _known = [];

    public TrackingKind Kind => TrackingKind.BlockHashes;

    public void Collect(IReadOnlyList<CheckpointRegion> regions, IReadOnlyList<RegionDescriptor> descriptors, PageSet[] changed)
    {
        for (int i = 0; i < changed.Length; i++)
        {
            UInt128[] hashes = KnownOf(regions[i].Name, changed[i]);
            long lengthBytes = descriptors[i].LengthBytes;
            for (long offsetBytes = 0; offsetBytes < lengthBytes; offsetBytes += ReadBytes)
            {
                int count = (int)long.Min(ReadBytes, lengthBytes - offsetBytes);
                Compare(GuardedRegion.Slice(regions[i], offsetBytes, count), hashes, offsetBytes / PageSet.PageBytes, changed[i]);
            }
        }
    }

    public void Forget() => _known.Clear();

    public void Dispose() => _known.Clear();

    private UInt128[] KnownOf(string region, PageSet changed)
    {
        if (_known.TryGetValue(region, out UInt128[]? hashes) && hashes.Length == changed.PageCount) return hashes;
        changed.AddAll();
        return _known[region] = new UInt128[changed.PageCount];
    }

    private static void Compare(ReadOnlySpan<byte> bytes, UInt128[] hashes, long firstPage, PageSet changed)
    {
        for (long page = firstPage; !bytes.IsEmpty; page++)
        {
            int count = int.Min(PageSet.PageBytes, bytes.Length);
            UInt128 hash = XxHash128.HashToUInt128(bytes[..count]);
            if (hash != hashes[page]) changed.Add(page, 1);
            hashes[page] = hash;
            bytes = bytes[count..];
        }
    }
}
