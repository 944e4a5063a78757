using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using MPI.Native;

namespace MPI;

/// <summary>
/// Memory of all ranks of a communicator that each of them reads and writes without the others' doing (MPI 4.1, chapter 12): synchronization, and
/// what is known about open epochs. The accesses are in <see cref="Window{T}"/>.
/// </summary>
public abstract partial class Window : IDisposable
{
    private static readonly List<Window> Existing = [];

    private nint _handle;

    private protected Window(Intracommunicator communicator, nint handle)
    {
        Communicator = communicator;
        _handle = handle;
        Existing.Add(this);
    }

    /// <summary>
    /// Whether this rank is in the middle of one-sided communication: it holds a lock, has posted or started an epoch, or has issued an access since
    /// the last fence. Bytes may be under way then, so that no checkpoint can be taken.
    /// </summary>
    public bool HasOpenEpoch => _lockedRanks.Count > 0 || _hasLockedAll || _hasPosted || _hasStarted || _hasPendingAccess;

    /// <summary>The windows that exist in this process.</summary>
    internal static IReadOnlyList<Window> All => Existing;

    /// <summary>The communicator whose ranks share the window.</summary>
    internal Intracommunicator Communicator { get; }

    private protected nint Handle => _handle != Abi.Table.WinNull ? _handle : throw new ObjectDisposedException(ToString());

    /// <summary>Frees the window. Collective over all ranks, and only outside epochs.</summary>
    [SuppressMessage("Design", "CA1065:Do not raise exceptions in unexpected locations", Justification = "To free a window in the middle of an epoch is an error of the program that must not be passed over.")]
    public unsafe void Dispose()
    {
        if (_handle == Abi.Table.WinNull)
            return;
        if (HasOpenEpoch && !Environment.Finalized)
            throw new InvalidOperationException($"{this} is disposed of in the middle of an epoch. {HowToClose()}");
        nint handle = _handle;
        _handle = Abi.Table.WinNull;
        Existing.Remove(this);
        if (!Environment.Finalized)
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Win_free(&handle), "MPI_Win_free", Communicator);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    public override string ToString() => $"window of {ElementName} on {Communicator.Name}";

    /// <summary>The open epoch in words, and which call closes it.</summary>
    internal string HowToClose()
    {
        if (_hasLockedAll)
            return "It is locked on all ranks: call UnlockAll.";
        if (_lockedRanks.Count > 0)
            return $"It is locked on rank {string.Join(", ", _lockedRanks)}: call Unlock.";
        if (_hasStarted)
            return "An access epoch was started: call Complete.";
        if (_hasPosted)
            return "An exposure epoch was posted: call Wait.";
        return _hasPendingAccess ? "It was accessed since the last fence: call Fence." : "No epoch is open.";
    }

    /// <summary>Says that this rank's part may have been written to by others.</summary>
    internal abstract void NoteWritten();

    private protected abstract string ElementName { get; }

    private protected static unsafe nint CreateNative(Intracommunicator communicator, void* address, long elements, int elementBytes)
    {
        ArgumentNullException.ThrowIfNull(communicator);
        nint window = 0;
        int code = NativeMpi.MPI_Win_create(address, checked((nint)(elements * elementBytes)), elementBytes, Abi.InfoNull, communicator.Handle, &window);
        ErrorCheck.ThrowIfFailed(code, "MPI_Win_create", communicator);
        _ = NativeMpi.MPI_Win_set_errhandler(window, Abi.Table.ErrorsReturn);
        return window;
    }
}
