using System;
using System.Buffers;
using System.Buffers.Binary;
using MPI.Native;

namespace MPI.Links;

/// <summary>
/// What the collectives of the program's beginning brought to this rank: from its first line to the point where its state is restored. A process that
/// takes this rank's place later runs that beginning with these results, for the other ranks are long past it.
/// </summary>
/// <remarks>
/// <code>
/// log:   call, call, ...            call:  +0 id of the communicator, 8   +8 number of pieces, 4   then each: length, 8, and its bytes
/// </code>
/// All numbers little-endian. It is never stored: process to process of one program, within one job.
/// </remarks>
internal static unsafe class PrologueLog
{
    /// <summary>A beginning that gathers more than this is not kept.</summary>
    public const int BytesMax = 64 << 20;

    private const int CountOffset = 8;

    private static ArrayBufferWriter<byte>? s_written;
    private static ReadOnlyMemory<byte> s_rest;
    private static int s_pieces;
    private static int s_callAt;

    /// <summary>Whether collectives are answered out of a log.</summary>
    public static bool IsReplaying { get; private set; }

    /// <summary>Whether collectives have to say what they brought.</summary>
    public static bool IsOn { get; private set; }

    /// <summary>How many of the calls that the ledger counts as collectives were heard of.</summary>
    public static long Counted { get; private set; }

    /// <summary>Why the beginning could not be kept; null if it was.</summary>
    public static string? Obstacle { get; private set; }

    /// <summary>What was kept.</summary>
    public static ReadOnlyMemory<byte> Written => Kept.WrittenMemory;

    /// <summary>Keeps what collectives bring from now on.</summary>
    public static void Begin()
    {
        s_written = new ArrayBufferWriter<byte>();
        (Counted, Obstacle, IsReplaying, IsOn) = (0, null, false, true);
    }

    /// <summary>Answers collectives out of a log from now on, and keeps them for the next process.</summary>
    public static void Replay(ReadOnlyMemory<byte> log)
    {
        Begin();
        s_rest = log;
        IsReplaying = true;
    }

    /// <summary>The beginning is over.</summary>
    /// <exception cref="MpiException">The log has more calls than were made.</exception>
    public static void End()
    {
        bool isLeft = IsReplaying && !s_rest.IsEmpty;
        IsOn = IsReplaying = false;
        if (isLeft) throw Differs("has made fewer collective calls");
    }

    /// <summary>A collective begins.</summary>
    /// <returns>Whether its results stand in the log, so that nothing is to be called.</returns>
    public static bool Answers(Communicator communicator)
    {
        if (!IsOn) return false;
        Counted++;
        s_callAt = Kept.WrittenCount;
        BinaryPrimitives.WriteUInt64LittleEndian(Kept.GetSpan(sizeof(ulong)), communicator.AgreedId);
        Kept.Advance(sizeof(ulong));
        BinaryPrimitives.WriteInt32LittleEndian(Kept.GetSpan(sizeof(int)), 0);
        Kept.Advance(sizeof(int));
        if (!IsReplaying) return false;
        if (s_rest.IsEmpty) throw Differs("has made more collective calls");
        if (BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong))) != communicator.AgreedId) throw Differs($"has made a collective call on {communicator.Name} instead of another communicator");
        s_pieces = BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));
        return true;
    }

    /// <summary>A communicator is freed, which counts as a collective as well, and brings nothing.</summary>
    public static void NoteFreed()
    {
        if (IsOn) Counted++;
    }

    /// <summary>Memory that the collective has written, or that it would have: then it is filled from the log.</summary>
    public static void Wrote(void* address, long count, nint datatype)
    {
        if (IsOn && address is not null) WroteAt(address, 0, count, ElementBytes(datatype));
    }

    /// <summary>Memory that the collective has written, one piece for each of several ranks.</summary>
    public static void Wrote(void* address, int* counts, int* displacements, int ranks, nint datatype)
    {
        if (!IsOn || address is null || counts is null) return;
        int elementBytes = ElementBytes(datatype);
        for (int rank = 0; rank < ranks; rank++) WroteAt(address, displacements[rank], counts[rank], elementBytes);
    }

    private static ArrayBufferWriter<byte> Kept => s_written ?? throw new InvalidOperationException("No log was begun.");

    private static void WroteAt(void* address, long first, long count, int elementBytes)
    {
        long lengthBytes = count * elementBytes;
        if (Obstacle is not null && !IsReplaying) return;
        if (Kept.WrittenCount + lengthBytes > BytesMax)
        {
            Obstacle = $"the program's beginning gathers more than {BytesMax >> 20} MiB by collective calls";
            return;
        }

        var memory = new Span<byte>((byte*)address + (first * elementBytes), (int)lengthBytes);
        if (IsReplaying)
        {
            if (--s_pieces < 0 || BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long))) != lengthBytes) throw Differs("has asked for other amounts in a collective call");
            Take((int)lengthBytes).CopyTo(memory);
        }

        BinaryPrimitives.WriteInt64LittleEndian(Kept.GetSpan(sizeof(long)), lengthBytes);
        Kept.Advance(sizeof(long));
        Kept.Write(memory);
        CountPiece();
    }

    private static void CountPiece()
    {
        Span<byte> count = System.Runtime.InteropServices.MemoryMarshal.AsMemory(Kept.WrittenMemory).Span.Slice(s_callAt + CountOffset, sizeof(int));
        BinaryPrimitives.WriteInt32LittleEndian(count, BinaryPrimitives.ReadInt32LittleEndian(count) + 1);
    }

    private static ReadOnlySpan<byte> Take(int lengthBytes)
    {
        if (lengthBytes < 0 || lengthBytes > s_rest.Length) throw Differs("has made other collective calls");
        ReadOnlySpan<byte> taken = s_rest.Span[..lengthBytes];
        s_rest = s_rest[lengthBytes..];
        return taken;
    }

    private static int ElementBytes(nint datatype)
    {
        int elementBytes = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Type_size(datatype, &elementBytes), "MPI_Type_size");
        return elementBytes;
    }

    private static MpiException Differs(string what) => new(
        $"The process that takes a rank's place {what} at the program's beginning than the rank did. The beginning must not depend on time, chance or the host.");
}
