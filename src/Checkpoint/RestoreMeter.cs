using System;

namespace HpcVirt.Checkpoint;

/// <summary>Adds up what readers report of one version.</summary>
/// <param name="target">Who wants to know, or null.</param>
internal sealed class RestoreMeter(IProgress<RestoreProgress>? target) : IProgress<long>
{
    private long _doneBytes;
    private long _totalBytes;

    /// <summary>A version is begun.</summary>
    public void Begin(long totalBytes)
    {
        (_doneBytes, _totalBytes) = (0, totalBytes);
        target?.Report(new RestoreProgress(0, totalBytes));
    }

    /// <summary>So many more bytes were read.</summary>
    public void Report(long value)
    {
        _doneBytes += value;
        target?.Report(new RestoreProgress(_doneBytes, _totalBytes));
    }
}
