using System;
using System.Collections.Generic;
using MPI.Native;

namespace MPI;

/// <summary>Epochs: between two fences, between a lock and its unlock, or between Post / Start and Wait / Complete.</summary>
public abstract partial class Window
{
    private readonly HashSet<int> _lockedRanks = [];

    // Memory of accesses that the library may still read or write, with the rank that each one goes to.
    private readonly List<(int Rank, HeldMemory Memory)> _inUse = [];
    private bool _hasLockedAll;
    private bool _hasPosted;
    private bool _hasStarted;
    private bool _hasPendingAccess;

    /// <summary>Ends the accesses of all ranks and begins the next epoch (MPI_Win_fence). Collective.</summary>
    /// <param name="assertions">Promises; the first fence may promise NoPrecede and the last one NoSucceed.</param>
    public unsafe void Fence(WindowAssertions assertions = WindowAssertions.None)
    {
        Check(NativeMpi.MPI_Win_fence(assertions.ToNative(), Handle), "MPI_Win_fence");
        NoteWritten();
        ReleaseAll();
    }

    /// <summary>Begins an epoch of accesses to one rank, which need not do anything (MPI_Win_lock).</summary>
    /// <param name="rank">The rank.</param>
    /// <param name="exclusive">Whether no other rank may hold a lock on it meanwhile.</param>
    /// <param name="assertions">Promises.</param>
    public unsafe void Lock(int rank, bool exclusive = false, WindowAssertions assertions = WindowAssertions.None)
    {
        int type = exclusive ? Abi.Table.LockExclusive : Abi.Table.LockShared;
        Check(NativeMpi.MPI_Win_lock(type, rank, assertions.ToNative(), Handle), "MPI_Win_lock");
        _lockedRanks.Add(rank);
    }

    /// <summary>Ends the accesses to a locked rank: they are complete there, too (MPI_Win_unlock).</summary>
    /// <param name="rank">The rank.</param>
    public unsafe void Unlock(int rank)
    {
        Check(NativeMpi.MPI_Win_unlock(rank, Handle), "MPI_Win_unlock");
        _lockedRanks.Remove(rank);
        ReleaseOf(rank);
    }

    /// <summary>Begins an epoch of accesses to all ranks, shared with other ranks (MPI_Win_lock_all). Not collective.</summary>
    /// <param name="assertions">Promises.</param>
    public unsafe void LockAll(WindowAssertions assertions = WindowAssertions.None)
    {
        Check(NativeMpi.MPI_Win_lock_all(assertions.ToNative(), Handle), "MPI_Win_lock_all");
        _hasLockedAll = true;
    }

    /// <summary>Ends the epoch that <see cref="LockAll"/> began (MPI_Win_unlock_all).</summary>
    public unsafe void UnlockAll()
    {
        Check(NativeMpi.MPI_Win_unlock_all(Handle), "MPI_Win_unlock_all");
        _hasLockedAll = false;
        ReleaseAll();
    }

    /// <summary>Completes the accesses to one locked rank, here and there, and goes on with the epoch (MPI_Win_flush).</summary>
    /// <param name="rank">The rank.</param>
    public unsafe void Flush(int rank)
    {
        Check(NativeMpi.MPI_Win_flush(rank, Handle), "MPI_Win_flush");
        ReleaseOf(rank);
    }

    /// <summary>Completes the accesses to all locked ranks, here and there, and goes on with the epoch (MPI_Win_flush_all).</summary>
    public unsafe void FlushAll()
    {
        Check(NativeMpi.MPI_Win_flush_all(Handle), "MPI_Win_flush_all");
        ReleaseOf(rank: null);
    }

    /// <summary>Completes the accesses to one locked rank on this side: what was sent may change, and what was fetched is here (MPI_Win_flush_local).</summary>
    /// <param name="rank">The rank.</param>
    public unsafe void FlushLocal(int rank)
    {
        Check(NativeMpi.MPI_Win_flush_local(rank, Handle), "MPI_Win_flush_local");
        ReleaseOf(rank);
    }

    /// <summary>Makes this rank's own loads and stores and others' accesses to its part see one another inside an epoch (MPI_Win_sync).</summary>
    public unsafe void Sync() => Check(NativeMpi.MPI_Win_sync(Handle), "MPI_Win_sync");

    /// <summary>Lets the ranks of a group access this rank's part until they have called <see cref="Complete"/> (MPI_Win_post).</summary>
    /// <param name="origins">The ranks, as a group of the window's communicator.</param>
    /// <param name="assertions">Promises.</param>
    public unsafe void Post(Group origins, WindowAssertions assertions = WindowAssertions.None)
    {
        ArgumentNullException.ThrowIfNull(origins);
        Check(NativeMpi.MPI_Win_post(origins.Handle, assertions.ToNative(), Handle), "MPI_Win_post");
        _hasPosted = true;
    }

    /// <summary>Begins accesses to the ranks of a group, which let them by <see cref="Post"/> (MPI_Win_start).</summary>
    /// <param name="targets">The ranks, as a group of the window's communicator.</param>
    /// <param name="assertions">Promises.</param>
    public unsafe void Start(Group targets, WindowAssertions assertions = WindowAssertions.None)
    {
        ArgumentNullException.ThrowIfNull(targets);
        Check(NativeMpi.MPI_Win_start(targets.Handle, assertions.ToNative(), Handle), "MPI_Win_start");
        _hasStarted = true;
    }

    /// <summary>Ends the accesses that <see cref="Start"/> began (MPI_Win_complete).</summary>
    public unsafe void Complete()
    {
        Check(NativeMpi.MPI_Win_complete(Handle), "MPI_Win_complete");
        _hasStarted = false;
        ReleaseAll();
    }

    /// <summary>Waits until all that <see cref="Post"/> let in have completed (MPI_Win_wait).</summary>
    public unsafe void Wait()
    {
        Check(NativeMpi.MPI_Win_wait(Handle), "MPI_Win_wait");
        NoteWritten();
        _hasPosted = false;
    }

    /// <summary>Whether this rank holds a lock on a rank.</summary>
    private protected bool HasLocked(int rank) => _hasLockedAll || _lockedRanks.Contains(rank);

    /// <summary>An access was issued: its memory stays in place until a synchronization completes it. Gives the memory back if the library refused it.</summary>
    private protected void Issued(int code, string call, int rank, HeldMemory first, HeldMemory second = default)
    {
        if (code != 0)
        {
            first.Release();
            second.Release();
            Check(code, call);
        }

        _inUse.Add((rank, first));
        if (second.NeedsRelease)
            _inUse.Add((rank, second));

        // Accesses under a lock are known by the lock; only those between fences need a mark.
        if (!HasLocked(rank) && !_hasStarted)
            _hasPendingAccess = true;
    }

    private protected void Check(int code, string call) => ErrorCheck.ThrowIfFailed(code, call, Communicator);

    private void ReleaseAll()
    {
        _hasPendingAccess = false;
        ReleaseOf(rank: null);
    }

    private void ReleaseOf(int? rank)
    {
        for (int index = _inUse.Count - 1; index >= 0; index--)
        {
            if (rank is not null && _inUse[index].Rank != rank)
                continue;
            _inUse[index].Memory.Release();
            _inUse.RemoveAt(index);
        }
    }
}
