using System;

namespace HpcVirt.Mpi.Resilience.Quiesce;

/// <summary>The bounds of a quiesce.</summary>
/// <param name="Deadline">How long silence may take before the quiesce is given up and the job goes on.</param>
/// <param name="CaptureLimitBytes">How many bytes of messages may be captured by a rank.</param>
/// <param name="JobDeadline">How long a rank waits for ranks that must answer, before it takes one for lost.</param>
internal sealed record QuiesceOptions(TimeSpan Deadline, long CaptureLimitBytes, TimeSpan JobDeadline)
{
    /// <summary>
    /// How long a rank at an unnumbered safe point waits for a peer that has not come, before its program makes one more step; doubled with every
    /// step of an attempt, up to <see cref="PatienceMax"/>.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(1);

    /// <summary>The longest patience.</summary>
    public static readonly TimeSpan PatienceMax = TimeSpan.FromMilliseconds(64);

    /// <summary>How long an attempt at unnumbered safe points lasts before the next one is tried; doubled from attempt to attempt.</summary>
    public static readonly TimeSpan FirstAttempt = TimeSpan.FromMilliseconds(250);
}
