namespace HpcVirt.Checkpoint;

/// <summary>
/// Whether watching a region pays. The first write to each watched page costs the program a fault, measured at 0.5 µs on one machine and at 16 µs on
/// another, and copying a page 0.3 µs: where most pages change from one checkpoint to the next, as those of a stencil do, watching costs
/// the program time and saves the checkpoint none. Such a region is left alone for a while, and then tried again.
/// </summary>
internal sealed class WatchWorth
{
    /// <summary>Two looks in a row, so that one large change does not end it.</summary>
    private const int BusyLooksMax = 2;

    private const int FirstPause = 16;
    private const int LongestPause = 1024;

    /// <summary>A region is busy if more than a quarter of it has changed.</summary>
    private const int BusyShare = 4;

    private int _busyLooks;
    private int _pause = FirstPause;
    private int _left;

    /// <summary>Whether the region is left alone at the next look.</summary>
    public bool IsPaused => _left > 0;

    /// <summary>A look went by without watching.</summary>
    public void Pass() => _left--;

    /// <summary>A look found so many pages changed; each pause is twice as long as the one before.</summary>
    public void Judge(long changedPages, long pages)
    {
        if (changedPages * BusyShare <= pages)
        {
            _busyLooks = 0;
            _pause = FirstPause;
            return;
        }

        if (++_busyLooks < BusyLooksMax) return;
        _left = _pause;
        _pause = int.Min(LongestPause, 2 * _pause);

        // After the pause one look is enough: it is known what this region is like.
        _busyLooks = BusyLooksMax - 1;
    }
}
