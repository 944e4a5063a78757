using System;

namespace HpcVirt.Control.Guard.Protocol;

/// <summary>How a move ended.</summary>
internal enum MoveEnding
{
    /// <summary>The guest works at its target.</summary>
    Arrived = 0,

    /// <summary>It was not moved, and works on where it was.</summary>
    Failed,

    /// <summary>It was given up because the guard ended, and the guest works on where it was: the target is not to blame, and may be tried again.</summary>
    BrokenOff,

    /// <summary>It is on no host any more.</summary>
    Lost,

    /// <summary>It is on a third host: somebody else has moved it.</summary>
    Elsewhere,

    /// <summary>Nobody can say where it is: it is left to an administrator.</summary>
    Unclear,
}

/// <summary>How a move ended, and what it took.</summary>
/// <param name="Ending">How it ended.</param>
/// <param name="Took">From its begin to its end; zero when not known.</param>
/// <param name="Downtime">How long the guest stood still; zero when not known.</param>
/// <param name="SentBytes">What went over the wire; 0 when not known.</param>
/// <param name="Remark">The hypervisor's words.</param>
internal sealed record MoveResult(MoveEnding Ending, TimeSpan Took, TimeSpan Downtime, long SentBytes, string Remark);
