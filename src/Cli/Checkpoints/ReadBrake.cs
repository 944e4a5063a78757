using System;
using System.Threading;

namespace HpcVirt.Cli.Checkpoints;

/// <summary>Holds a reader up, whenever it reports, so that it does not read faster than it may.</summary>
/// <param name="next">Who else wants to know of the bytes, or null.</param>
/// <param name="bytesPerS">The most to be read in a second.</param>
/// <param name="time">The clock.</param>
internal sealed class ReadBrake(IProgress<long>? next, long bytesPerS, TimeProvider time) : IProgress<long>, IDisposable
{
    private readonly long _startedAt = time.GetTimestamp();
    private readonly ManualResetEventSlim _never = new();
    private long _readBytes;

    /// <inheritdoc/>
    public void Dispose() => _never.Dispose();

    /// <inheritdoc/>
    public void Report(long value)
    {
        next?.Report(value);
        _readBytes += value;
        TimeSpan early = TimeSpan.FromSeconds((double)_readBytes / bytesPerS) - time.GetElapsedTime(_startedAt);
        if (early > TimeSpan.Zero) _never.Wait(early);
    }
}
