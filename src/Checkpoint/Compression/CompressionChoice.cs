using System.Collections.Generic;
using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint;

/// <summary>Whether compressing pays, from measurements alone.</summary>
internal static class CompressionChoice
{
    /// <summary>Less than a tenth is not worth the processor, which the program could use.</summary>
    public const double GainMin = 0.1;

    /// <summary>
    /// A byte of memory takes 1/c to encode and share/w to write, one after the other, instead of 1/w: the fastest way, if it is faster by
    /// <see cref="GainMin"/>.
    /// </summary>
    /// <param name="tierBytesPerSecond">w: how fast the directory takes bytes, syncing included.</param>
    /// <param name="samples">What the ways of encoding do.</param>
    public static BlockEncoding Best(double tierBytesPerSecond, IEnumerable<CompressionSample> samples)
    {
        double raw = 1 / tierBytesPerSecond;
        (BlockEncoding best, double least) = (BlockEncoding.Raw, raw * (1 - GainMin));
        foreach (CompressionSample sample in samples)
        {
            double seconds = (1 / sample.BytesPerSecond) + (sample.StoredShare * raw);
            if (seconds < least) (best, least) = (sample.Encoding, seconds);
        }

        return best;
    }
}
