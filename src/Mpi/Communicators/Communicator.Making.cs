using System.Linq;
using MPI.Native;
using MPI.Traffic;

namespace MPI;

/// <summary>Making native communicators from this one, at first and again when the processes beneath it have changed.</summary>
public abstract partial class Communicator
{
    /// <summary>This process will have a place in a world that is still to be formed: it knows which, and can call nothing.</summary>
    internal void Expect(int rank, int size)
    {
        (Handle, _rank, _size, _derivedCount) = (Abi.CommNull, rank, size, 0);
        (Traffic, Posted) = (null, null);
    }

    /// <summary>Puts a native communicator made in the same way, on another world, beneath this object. Its traffic begins anew.</summary>
    /// <exception cref="MpiException">This process has another place in it.</exception>
    internal void Renew(nint handle, ulong agreedId)
    {
        if (handle == Abi.CommNull) throw new MpiException($"{Name} was made again, and rank {_rank} of it has no place there any more.");
        (Handle, AgreedId, _derivedCount, Traffic, Posted) = (handle, agreedId, 0, null, null);
        if (AskRank() is var rank && rank != _rank) throw new MpiException($"{Name} was made again, and rank {_rank} of it is rank {rank} there.");
        AgreeAgain();
        if (_isNamed) SetName(_name!);
        TrafficLedger.Register(this);
    }

    /// <summary>Lets go of a communicator that the program has freed already, without a call.</summary>
    internal void Abandon()
    {
        TrafficLedger.Forget(this);
        Handle = Abi.CommNull;
    }

    /// <summary>Agrees on the id with those who count otherwise.</summary>
    private protected virtual void AgreeAgain()
    {
    }

    private unsafe nint NativeDuplicate()
    {
        nint duplicate = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Comm_dup(Handle, &duplicate), "MPI_Comm_dup", this);
        return duplicate;
    }

    private unsafe nint NativeSubset(Group group)
    {
        nint created = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Comm_create(Handle, group.Handle, &created), "MPI_Comm_create", this);
        return created;
    }

    private nint NativeSubset(int[] ranks)
    {
        using Group all = Group;
        using Group some = all.IncludeOnly(ranks);
        return NativeSubset(some);
    }

    /// <summary>A group outlives its processes; the ranks of its members in this communicator are what it is made from again.</summary>
    private int[] RanksOf(Group group)
    {
        using Group all = Group;
        return group.TranslateRanks([.. Enumerable.Range(0, group.Size)], all);
    }

    private unsafe nint NativePart(int color, int key)
    {
        nint part = 0;
        int nativeColor = color == Group.NoProcess ? Abi.Undefined : color;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Comm_split(Handle, nativeColor, key, &part), "MPI_Comm_split", this);
        return part;
    }
}
