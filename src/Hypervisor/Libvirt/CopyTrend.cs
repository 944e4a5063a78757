using System;

namespace HpcVirt.Hypervisor.Libvirt;

/// <summary>Whether a copy comes near its end, and how fast it may be so that the end is not overlooked.</summary>
/// <param name="memoryBytes">The guest's memory: what is left at first.</param>
/// <param name="smallRestBytes">The rest that counts as small.</param>
internal sealed class CopyTrend(long memoryBytes, long smallRestBytes)
{
    private const int PassesToShrink = 4;
    private const double ShrinkFactor = 0.9;

    /// <summary>
    /// What is left of the first pass may be pages that were never written to. They need no bytes, so no limit slows them down: the last 30 MiB of a guest were
    /// seen to be gone between two looks. So the end is near earlier.
    /// </summary>
    private const int FirstPassFactor = 4;

    /// <summary>
    /// What is left would take this long; when a third of it is gone, the speed is set anew. libvirt was seen to take 0.75 s for that, in which the copy goes on
    /// as before, and empty pages take no time at all: what is left then must outlast both.
    /// </summary>
    private const double TaperSeconds = 3;

    private long _taperedAtBytes = memoryBytes;
    private int _pass;
    private long _passRestBytes;
    private long _lastPassRestBytes = long.MaxValue;

    /// <summary>The speed that fits what was left when it was last set.</summary>
    public double TaperedBytesPerSecond => _taperedAtBytes / TaperSeconds;

    /// <summary>What is left is small, or a guest writes so fast that it never gets small by itself; a silent one's does.</summary>
    public bool IsNearItsEnd(JobStatistics statistics)
    {
        if (statistics.Passes != _pass)
        {
            _lastPassRestBytes = _pass == 0 ? long.MaxValue : _passRestBytes;
            _passRestBytes = 0;
            _pass = statistics.Passes;
        }

        _passRestBytes = Math.Max(_passRestBytes, statistics.RestBytes);
        bool isSmall = statistics.Passes > 0 && statistics.TotalBytes > 0 && statistics.RestBytes <= (statistics.Passes == 1 ? FirstPassFactor : 1) * smallRestBytes;
        return isSmall || (_pass >= PassesToShrink && _passRestBytes >= ShrinkFactor * _lastPassRestBytes);
    }

    /// <summary>A third of what was left is gone.</summary>
    public bool IsToBeSlowedDown(JobStatistics statistics) => statistics.Passes > 0 && statistics.RestBytes <= _taperedAtBytes / 3 * 2;

    /// <summary>The speed is to fit what is left now.</summary>
    public void SlowDown(JobStatistics statistics) => _taperedAtBytes = statistics.RestBytes;
}
