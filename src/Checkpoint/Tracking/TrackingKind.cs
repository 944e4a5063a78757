namespace HpcVirt.Checkpoint;

/// <summary>How a store finds out what has changed since the last checkpoint; the best that a machine can do is found by trying.</summary>
public enum TrackingKind
{
    /// <summary>Not at all: everything is copied each time.</summary>
    None,

    /// <summary>
    /// By 128-bit hashes of pages: everything is read while the rank stands still, but only what has changed is copied, checksummed and protected.
    /// Finds every change, whoever made it, also in memory that the garbage collector moves.
    /// </summary>
    BlockHashes,

    /// <summary>
    /// The kernel protects pages against writing and notes the first write to each: nothing is read that was not written. Memory of the managed
    /// heap is copied as a whole.
    /// </summary>
    WriteProtection,
}
