using System.Collections.Generic;
using MPI.Native;
using MPI.Traffic;

namespace MPI.Links;

/// <summary>
/// User-level failure mitigation, as far as a repair needs it: those who wait are set free, those who are left find one another, and all agree on
/// the end (https://fault-tolerance.org).
/// </summary>
internal static unsafe class Ulfm
{
    /// <summary>A process that dies while the survivors agree may still be in what they agree on; then they agree once more.</summary>
    private const int ShrinksMax = 4;

    /// <summary>
    /// From now on every call of any rank on the communicators that this process knows fails, also those that wait already, whatever they wait for.
    /// Local, returns at once, and may be done by several ranks.
    /// </summary>
    public static void RevokeAll()
    {
        _ = NativeMpi.MPIX_Comm_revoke(Communicator.world.Handle);
        foreach (Communicator communicator in TrafficLedger.Communicators)
        {
            // What fails here was freed or revoked before.
            if (communicator != Communicator.world && communicator != Communicator.self && communicator.Handle != Abi.CommNull)
                _ = NativeMpi.MPIX_Comm_revoke(communicator.Handle);
        }
    }

    /// <summary>The communicator of those who are left, in their old order. Collective over them; returns when all know who is lost.</summary>
    /// <param name="world">The communicator that lost ranks.</param>
    /// <param name="lost">The ranks that are to be missing, and no others.</param>
    /// <exception cref="MpiException">Others are lost too.</exception>
    public static nint Shrink(Intracommunicator world, IReadOnlyList<int> lost)
    {
        int expected = world.Size - lost.Count;
        nint from = world.Handle;
        for (int round = 0; round < ShrinksMax; round++)
        {
            nint left = 0;
            ErrorCheck.ThrowIfFailed(NativeMpi.MPIX_Comm_shrink(from, &left), "MPIX_Comm_shrink", world);
            _ = NativeMpi.MPI_Comm_set_errhandler(left, Abi.Table.ErrorsReturn);
            int size = 0;
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Comm_size(left, &size), "MPI_Comm_size");
            if (size < expected)
                throw new MpiException($"Of {world.Size} ranks {size} are left where {expected} were to be: a second one was lost meanwhile.");
            if (size == expected)
                return left;
            from = left;
        }

        throw new MpiException($"After {ShrinksMax} agreements the library still counts a lost rank among those that are left.");
    }

    /// <summary>Whether all ranks say yes. Collective, and all hear the same, also when one is lost meanwhile.</summary>
    public static bool Agree(nint communicator, bool mine)
    {
        int flag = mine ? 1 : 0;
        return NativeMpi.MPIX_Comm_agree(communicator, &flag) == 0 && flag != 0;
    }
}
