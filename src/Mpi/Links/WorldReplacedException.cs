using System;
using System.Diagnostics.CodeAnalysis;

namespace MPI.Links;

/// <summary>
/// The world communicator has other processes now: whatever the program was doing with the one before can never be finished, and begins anew.
/// Thrown out of whatever call the rank was waiting in.
/// </summary>
[SuppressMessage("Design", "CA1064", Justification = "Programs have nothing to catch here: whoever catches every exception must let it pass.")]
internal sealed class WorldReplacedException(long repair)
    : Exception($"The links between the ranks were re-established (repair {repair}); what the program was doing begins anew from the newest checkpoint.")
{
    /// <summary>The number of the repair, from 1.</summary>
    public long Repair => repair;
}
