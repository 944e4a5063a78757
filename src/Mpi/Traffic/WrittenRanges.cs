using System;
using System.Runtime.CompilerServices;
using MPI.Native;

namespace MPI.Traffic;

/// <summary>
/// Tells who wants to know which memory of the program MPI has written to: receive buffers, results of collectives, targets of one-sided accesses. A
/// network card writes into memory that it has pinned past the kernel's page tracking, so nobody but the binding can say so.
/// </summary>
/// <remarks>
/// While nobody listens, each call pays one null check. Room counts as written as a whole, also where less came, and is told when the call or the
/// request is over: a listener that asks at a safe point has heard of all that the program may have seen.
/// </remarks>
internal static unsafe class WrittenRanges
{
    private static Action<nint, long>? s_listener;

    /// <summary>Takes the address and the length in bytes of what was written, on the thread that made the call; must be quick and must not allocate. Null: nobody listens.</summary>
    public static Action<nint, long>? Listener
    {
        get => s_listener;
        set => s_listener = value;
    }

    /// <summary>Whether somebody listens: for callers who would have to find out first whether there is anything to tell.</summary>
    public static bool IsHeard => s_listener is not null;

    /// <summary>Notes bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Note(void* address, long lengthBytes)
    {
        if (s_listener is { } listener)
            listener((nint)address, lengthBytes);
    }

    /// <summary>Notes elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Note(void* address, long count, nint datatype)
    {
        if (s_listener is { } listener)
            Tell(listener, address, 0, count, datatype);
    }

    /// <summary>Notes what each of several ranks has brought; nothing where this rank has no room for it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Note(void* address, int* counts, int* displacements, int ranks, nint datatype)
    {
        if (s_listener is { } listener && address is not null && counts is not null)
            Tell(listener, address, counts, displacements, ranks, datatype);
    }

    /// <summary>Notes the memory of all windows: locked ones are written to without a call of this rank, so that only their existence is known.</summary>
    public static void NoteWindows()
    {
        if (s_listener is null)
            return;
        foreach (Window window in Window.All)
            window.NoteWritten();
    }

    private static void Tell(Action<nint, long> listener, void* address, int* counts, int* displacements, int ranks, nint datatype)
    {
        for (int rank = 0; rank < ranks; rank++)
            Tell(listener, address, displacements[rank], counts[rank], datatype);
    }

    /// <summary>All datatypes of this binding are their elements without gaps: the size says it all.</summary>
    private static void Tell(Action<nint, long> listener, void* address, long first, long count, nint datatype)
    {
        int elementBytes = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Type_size(datatype, &elementBytes), "MPI_Type_size");
        listener((nint)address + (nint)(first * elementBytes), count * elementBytes);
    }
}
