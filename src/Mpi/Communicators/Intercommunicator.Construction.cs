using System;
using MPI.Links;
using MPI.Native;
using MPI.Traffic;

namespace MPI;

/// <summary>Making an intercommunicator of two groups, and one group of an intercommunicator.</summary>
public partial class Intercommunicator
{
    /// <summary>Connects two groups (MPI_Intercomm_create). Collective over the ranks of both.</summary>
    /// <param name="localComm">This process's group. The two groups have no process in common.</param>
    /// <param name="localLeader">The rank in it that talks for it.</param>
    /// <param name="bridgeComm">A communicator of both leaders; of meaning at the leaders only.</param>
    /// <param name="remoteLeader">The other leader's rank in <paramref name="bridgeComm"/>.</param>
    /// <param name="tag">A tag that nobody uses on <paramref name="bridgeComm"/> meanwhile.</param>
    public Intercommunicator(Intracommunicator localComm, int localLeader, Intracommunicator bridgeComm, int remoteLeader, int tag)
        : base(CreateNative(localComm, localLeader, bridgeComm, remoteLeader, tag), localComm.NextDerivedId())
    {
        AgreeOnId();
        Open();
        CommunicatorRecipe.Made(this, localComm, () => CreateNative(localComm, localLeader, bridgeComm, remoteLeader, tag));
    }

    /// <summary>The processes of the remote group; the caller disposes of it.</summary>
    public unsafe Group RemoteGroup
    {
        get
        {
            nint group = 0;
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Comm_remote_group(Handle, &group), "MPI_Comm_remote_group", this);
            return MPI.Group.Adopt(group);
        }
    }

    /// <summary>Takes over an intercommunicator that native code created. The object owns the handle and frees it when disposed.</summary>
    /// <param name="comm">The native handle, zero-extended where handles are integers.</param>
    /// <returns>The object, or null for MPI_COMM_NULL.</returns>
    public static new Intercommunicator? Adopt(nint comm) => (Intercommunicator?)Communicator.Adopt(comm);

    /// <summary>One communicator of the processes of both groups (MPI_Intercomm_merge). Collective over both.</summary>
    /// <param name="upper">Whether this group gets the higher ranks; the same on all ranks of a group. If both say the same, the order is the library's choice.</param>
    /// <returns>The communicator.</returns>
    public Intracommunicator Merge(bool upper)
    {
        var merged = (Intracommunicator)Wrap(NativeMerge(upper), NextDerivedId())!;
        CommunicatorRecipe.Made(merged, this, () => NativeMerge(upper));
        return merged;
    }

    private protected override void AgreeAgain() => AgreeOnId();

    private unsafe nint NativeMerge(bool upper)
    {
        nint merged = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Intercomm_merge(Handle, upper ? 1 : 0, &merged), "MPI_Intercomm_merge", this);
        return merged;
    }

    /// <summary>Makes one id of those that the two groups brought, by a reduction, which on an intercommunicator gives each group the other's.</summary>
    private unsafe void AgreeOnId()
    {
        ulong mine = AgreedId;
        ulong theirs = 0;
        int code = NativeMpi.MPI_Allreduce(&mine, &theirs, 1, Datatype<ulong>.Handle, Abi.Table.Operations.Max, Handle);
        ErrorCheck.ThrowIfFailed(code, "MPI_Allreduce", this);
        AgreedId = AgreedIds.OfPair(mine, theirs);
    }

    /// <summary>
    /// Makes the object for a connection with processes that were started separately. The two sides agree on its id only while traffic is
    /// counted: the agreement is a collective call, which the other side might be in no position to make if it is no program of this binding.
    /// </summary>
    internal static Intercommunicator Connected(nint handle, ulong ownId)
    {
        CommunicatorRecipe.MadeStranger("a communicator reaches processes that were started separately");
        var connection = new Intercommunicator(handle, ownId);
        if (TrafficLedger.IsOn)
            connection.AgreeOnId();
        connection.Open();
        return connection;
    }

    private static unsafe nint CreateNative(Intracommunicator localComm, int localLeader, Intracommunicator bridgeComm, int remoteLeader, int tag)
    {
        ArgumentNullException.ThrowIfNull(localComm);
        nint created = 0;
        nint bridge = bridgeComm?.Handle ?? Abi.CommNull;
        int code = NativeMpi.MPI_Intercomm_create(localComm.Handle, localLeader, bridge, remoteLeader, tag, &created);
        ErrorCheck.ThrowIfFailed(code, "MPI_Intercomm_create", localComm);
        return created;
    }
}
