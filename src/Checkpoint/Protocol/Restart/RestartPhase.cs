namespace HpcVirt.Checkpoint.Protocol;

/// <summary>Where a rank is in a restart.</summary>
/// <remarks>
/// <code>
/// Surveying -> Choosing -> Verifying -> Judging --all verified--> Recording -> Filling -> Confirming --all filled--> Ended
///                 |  ^       ^             |  |                                               |
///                 |  |       '--Rebuilding-'  |  (once per candidate)                         |
///                 |  '-------next in order----'-----------------------------------------------'
///                 '--none left--> Ended (fresh, or refused)
/// </code>
/// Choosing, Judging, Rebuilding and Confirming are collective.
/// </remarks>
internal enum RestartPhase
{
    /// <summary>The leader looks what its place holds.</summary>
    Surveying,

    /// <summary>Telling all what is there; the newest candidate is tried first.</summary>
    Choosing,

    /// <summary>Reading and checking every byte of this rank's part of the candidate.</summary>
    Verifying,

    /// <summary>Telling all what was found.</summary>
    Judging,

    /// <summary>Putting back what is missing or damaged, from other places and from redundancy.</summary>
    Rebuilding,

    /// <summary>Noting that this attempt starts from the candidate.</summary>
    Recording,

    /// <summary>Filling the regions from the candidate.</summary>
    Filling,

    /// <summary>Telling all whether the regions were filled.</summary>
    Confirming,

    /// <summary>Restored, fresh, or refused.</summary>
    Ended,
}
