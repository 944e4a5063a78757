namespace HpcVirt.Checkpoint;

/// <summary>Finds out which pages of one piece of memory were written since it was last asked.</summary>
internal interface IChangeTracker
{
    /// <summary>How it does that, for reports.</summary>
    TrackingKind Kind { get; }

    /// <summary>Adds to <paramref name="changed"/> the pages written since the last call, and from now on watches for the next ones.</summary>
    /// <param name="address">Where the memory begins.</param>
    /// <param name="lengthBytes">Its length.</param>
    /// <param name="changed">Counted from the memory's begin.</param>
    void Collect(nint address, long lengthBytes, PageSet changed);
}
