namespace HpcVirt.Checkpoint.Protocol;

/// <summary>How a restart ended, the same on all ranks.</summary>
internal enum RestartOutcome
{
    /// <summary>There was no checkpoint, or starting over was allowed.</summary>
    Fresh,

    /// <summary>A version verified on every rank and fills the regions.</summary>
    Restored,

    /// <summary>Some rank could not take part.</summary>
    Impossible,

    /// <summary>An intact checkpoint belongs to something else.</summary>
    Mismatched,

    /// <summary>There are checkpoints, and none verifies.</summary>
    NoneVerifies,
}
