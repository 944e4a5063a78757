using System;
using System.Collections.Generic;

namespace HpcVirt.Checkpoint.Redundancy;

/// <summary>A sum of weighted stretches of files, block by block, so that each block of the sum stays in the cache until it is complete.</summary>
internal sealed class WeightedSum
{
    private readonly List<(PeerShard File, long OffsetBytes, byte Weight)> _terms = [];

    public void Add(PeerShard file, long offsetBytes, byte weight) => _terms.Add((file, offsetBytes, weight));

    /// <summary>Computes the part of the sum that begins at an offset within the stretches.</summary>
    public void Compute(long offsetBytes, Span<byte> sum)
    {
        const int CacheBytes = 1 << 17;
        for (int done = 0; done < sum.Length;)
        {
            Span<byte> part = sum.Slice(done, int.Min(CacheBytes, sum.Length - done));
            for (int term = 0; term < _terms.Count; term++)
            {
                (PeerShard file, long startBytes, byte weight) = _terms[term];
                ReadOnlySpan<byte> bytes = file.Read(startBytes + offsetBytes + done, part.Length);
                if (term == 0)
                {
                    GaloisKernel.Accumulate(weight, bytes, part, adds: false);
                    part[bytes.Length..].Clear();
                }
                else
                {
                    GaloisKernel.Accumulate(weight, bytes, part, adds: true);
                }
            }

            if (_terms.Count == 0) part.Clear();
            done += part.Length;
        }
    }
}
