using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using MPI;
using MPI.Native;

namespace HpcVirt.Mpi.Resilience.Quiesce;

/// <summary>
/// What the ranks say to one another in order to fall silent: short messages of whole numbers and two kinds of non-blocking collectives, on a
/// communicator that the program cannot see. Nothing here waits.
/// </summary>
internal sealed unsafe class QuiesceLinks : IDisposable
{
    private readonly List<OutgoingNote> _outgoing = [];
    private readonly ulong* _sums;
    private nint _communicator;
    private nint _barrier;
    private nint _sum;

    /// <summary>Duplicates the world communicator; collective.</summary>
    /// <param name="world">All ranks of the job.</param>
    /// <param name="numbers">How many numbers a sum has.</param>
    public QuiesceLinks(Intracommunicator world, int numbers)
    {
        Rank = world.Rank;
        Size = world.Size;
        Numbers = numbers;
        _sums = (ulong*)NativeMemory.AllocZeroed((nuint)numbers, sizeof(ulong));
        nint duplicate = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Comm_dup(world.Handle, &duplicate), "MPI_Comm_dup", world);
        _communicator = duplicate;
    }

    public int Rank { get; }

    public int Size { get; }

    public int Numbers { get; }

    /// <summary>Whether notes of this rank were not taken yet.</summary>
    public bool HasNotesOut => _outgoing.Count > 0;

    /// <summary>The numbers of the sum: one's own before <see cref="PostSum"/>, all ranks' after it has come.</summary>
    public Span<ulong> Sums => new(_sums, Numbers);

    /// <summary>Sends a note; it is complete when the receiver has taken it (synchronous) or when it has left.</summary>
    public void Send(NoteKind kind, long attempt, int destination, ReadOnlySpan<long> numbers, bool isSynchronous)
    {
        int length = numbers.Length + 1;
        long* buffer = (long*)NativeMemory.Alloc((nuint)length, sizeof(long));
        buffer[0] = attempt;
        numbers.CopyTo(new Span<long>(buffer + 1, numbers.Length));
        nint request = 0;
        nint datatype = Abi.Table.Datatypes.Int64;
        int code = isSynchronous
            ? NativeMpi.MPI_Issend(buffer, length, datatype, destination, (int)kind, _communicator, &request)
            : NativeMpi.MPI_Isend(buffer, length, datatype, destination, (int)kind, _communicator, &request);
        ErrorCheck.ThrowIfFailed(code, "MPI_Isend");
        _outgoing.Add(new OutgoingNote(kind, attempt, destination, (nint)buffer, request));
    }

    /// <summary>Looks which notes were taken, and hands their kind and attempt to the caller.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Advance(Action<NoteKind, long> taken)
    {
        bool any = false;
        for (int index = 0; index < _outgoing.Count;)
        {
            OutgoingNote note = _outgoing[index];
            nint request = note.Request;
            if (!Came(ref request, "MPI_Isend"))
            {
                index++;
                continue;
            }

            any = true;
            NativeMemory.Free((void*)note.Buffer);
            _outgoing.RemoveAt(index);
            taken(note.Kind, note.Attempt);
        }

        return any;
    }

    /// <summary>The ranks that have not taken a bookmark of an attempt.</summary>
    public IEnumerable<int> BookmarkNotTaken(long attempt) =>
        _outgoing.Where(note => note.Kind == NoteKind.Bookmark && note.Attempt == attempt).Select(static note => note.Destination).Distinct().Order();

    /// <summary>Takes the next note that has come, if there is one.</summary>
    public bool TryTake(out Note note)
    {
        note = default;
        NativeStatus status;
        if (!Progress.TryTake(_communicator, out nint message, &status))
            return false;
        int count = 0;
        nint datatype = Abi.Table.Datatypes.Int64;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Get_count(&status, datatype, &count), "MPI_Get_count");
        if (count < 1 || status.Tag is < (int)NoteKind.Bookmark or > (int)NoteKind.Collectives)
        {
            Discard(message, &status);
            return true;
        }

        long[] numbers = new long[count];
        fixed (long* buffer = numbers)
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Mrecv(buffer, count, datatype, &message, &status), "MPI_Mrecv");
        note = new Note((NoteKind)status.Tag, numbers[0], status.Source, numbers);
        return true;
    }

    /// <summary>
    /// Takes a message that is no note out of the way: a stray of a communicator that a program freed while the message was on its way, for MPI gives
    /// the freed communicator's message space to the next one that is made.
    /// </summary>
    private static void Discard(nint message, NativeStatus* status)
    {
        int lengthBytes = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Get_count(status, Abi.Byte, &lengthBytes), "MPI_Get_count");
        byte[] bytes = new byte[Math.Max(lengthBytes, 1)];
        fixed (byte* buffer = bytes)
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Mrecv(buffer, lengthBytes, Abi.Byte, &message, status), "MPI_Mrecv");
    }

    /// <summary>Enters the barrier.</summary>
    public void PostBarrier()
    {
        nint request = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Ibarrier(_communicator, &request), "MPI_Ibarrier");
        _barrier = request;
    }

    /// <summary>Whether a barrier was entered and has not been seen to complete.</summary>
    public bool IsBarrierOpen => _barrier != 0;

    /// <summary>Whether the barrier that was entered is complete; true once.</summary>
    public bool BarrierCame() => Came(ref _barrier, "MPI_Ibarrier");

    /// <summary>Enters the sum with the numbers that stand in <see cref="Sums"/>.</summary>
    public void PostSum()
    {
        nint request = 0;
        nint datatype = Abi.Table.Datatypes.UInt64;
        int code = NativeMpi.MPI_Iallreduce((void*)Abi.InPlace, _sums, Numbers, datatype, Abi.Table.Operations.Sum, _communicator, &request);
        ErrorCheck.ThrowIfFailed(code, "MPI_Iallreduce");
        _sum = request;
    }

    /// <summary>Whether the sum that was entered is complete; true once.</summary>
    public bool SumCame() => Came(ref _sum, "MPI_Iallreduce");

    /// <summary>Frees what the library no longer touches; the rest is left to the end of the process.</summary>
    public void Dispose()
    {
        if (_communicator == Abi.CommNull || MPI.Environment.Finalized)
            return;
        nint communicator = _communicator;
        _communicator = Abi.CommNull;
        if (_sum == 0)
            NativeMemory.Free(_sums);
        _ = NativeMpi.MPI_Comm_free(&communicator);
    }

    private static bool Came(ref nint pending, string call)
    {
        if (pending == 0)
            return false;
        nint request = pending;
        NativeStatus ignored;
        ErrorCheck.ThrowIfFailed(Progress.Test(ref request, out bool isComplete, &ignored), call);
        if (isComplete)
            pending = 0;
        return isComplete;
    }

    private readonly record struct OutgoingNote(NoteKind Kind, long Attempt, int Destination, nint Buffer, nint Request);
}

/// <summary>What a note says; its tag. Every note begins with the attempt.</summary>
internal enum NoteKind
{
    /// <summary>No note: a stray message, which was taken out of the way.</summary>
    None = 0,

    /// <summary>For each communicator its id, the sender's rank in it and the messages sent.</summary>
    Bookmark = 1,

    /// <summary>Somebody wants the attempt.</summary>
    Wish = 2,

    /// <summary>The length and the bytes of a text: why the sender voted no.</summary>
    Reason = 3,

    /// <summary>For each communicator its id, its first rank and the collective calls that the sender has entered.</summary>
    Collectives = 4,
}

/// <summary>A note that has come.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="Attempt">The attempt that it belongs to.</param>
/// <param name="Source">Who wrote it.</param>
/// <param name="Numbers">All its numbers; the first is the attempt.</param>
internal readonly record struct Note(NoteKind Kind, long Attempt, int Source, long[] Numbers);
