namespace HpcVirt.Checkpoint;

/// <summary>How a store finds out what has changed since the last checkpoint; the best that a machine can do is found by trying.</summary>
public enum TrackingKind
{
    /// <summary>Not at all: everything is copied each time. The only right way for memory that the garbage collector moves.</summary>
    None,

    /// <summary>The kernel protects pages against writing and notes the first write to each: nothing is read that was not written.</summary>
    WriteProtection,
}
