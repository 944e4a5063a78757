using System;
using System.Collections.Generic;
using MPI;
using MPI.Native;

namespace HpcVirt.Mpi.Resilience.Move;

/// <summary>
/// Bytes from one process to another over MPI_COMM_WORLD, which jobs with processes that wait use for nothing else: their world is another communicator. Large
/// pieces go in chunks, a few at a time, so that both sides can check one while the next is on its way.
/// </summary>
/// <param name="peer">The other process, by its rank in MPI_COMM_WORLD.</param>
/// <param name="hold">Number of the hold that it is for: what an earlier one has left behind is not taken for this one's.</param>
/// <param name="time">The clock.</param>
internal sealed unsafe class PeerStream(int peer, long hold, TimeProvider time)
{
    public const int ChunkBytes = 4 << 20;

    private const int FirstTag = 0x6000;
    private const int Tags = 0x1000;
    private const int ChunksUnderWay = 4;

    /// <summary>A peer from which nothing comes for so long, or to which nothing goes, is lost.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly int _tag = FirstTag + (int)(hold % Tags);

    /// <summary>Sends a message.</summary>
    public void Send(ReadOnlySpan<byte> message)
    {
        fixed (byte* bytes = message)
        {
            nint request = 0;
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Isend(bytes, message.Length, Abi.Byte, peer, _tag, Abi.Table.CommWorld, &request), "MPI_Isend");
            Await(ref request, "to be taken by");
        }
    }

    /// <summary>Starts to send a message, from memory of its own; whoever asks later whether it is gone makes it go.</summary>
    public PeerMessage Begin(ReadOnlySpan<byte> message) => PeerMessage.Send(message, peer, _tag);

    /// <summary>Receives a message of unknown length.</summary>
    /// <param name="lengthMax">What is longer is no message of this kind.</param>
    public byte[] Receive(int lengthMax)
    {
        long start = time.GetTimestamp();
        byte[]? bytes;
        for (int turn = 0; (bytes = TryReceive(lengthMax)) is null; turn++) Pause(turn, start, "from");
        return bytes;
    }

    /// <summary>Receives a message, if one has come.</summary>
    /// <param name="lengthMax">What is longer is no message of this kind.</param>
    public byte[]? TryReceive(int lengthMax)
    {
        NativeStatus status;
        if (!Progress.TryTake(Abi.Table.CommWorld, peer, _tag, out nint message, &status)) return null;
        int lengthBytes = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Get_count(&status, Abi.Byte, &lengthBytes), "MPI_Get_count");
        if (lengthBytes > lengthMax) throw new ResilienceException($"Process {peer} sent {lengthBytes} bytes where at most {lengthMax} were expected.");
        byte[] bytes = new byte[lengthBytes];
        fixed (byte* memory = bytes)
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Mrecv(memory, lengthBytes, Abi.Byte, &message, &status), "MPI_Mrecv");
        return bytes;
    }

    /// <summary>Sends memory in chunks.</summary>
    /// <param name="memory">What to send.</param>
    /// <param name="sent">Called for each chunk once it is on its way.</param>
    public void SendChunks(ReadOnlySpan<byte> memory, ChunkPassed sent)
    {
        fixed (byte* bytes = memory)
        {
            var underWay = new Queue<nint>();
            for (int offset = 0; offset < memory.Length; offset += ChunkBytes)
            {
                int lengthBytes = Math.Min(ChunkBytes, memory.Length - offset);
                nint request = 0;
                ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Isend(bytes + offset, lengthBytes, Abi.Byte, peer, _tag, Abi.Table.CommWorld, &request), "MPI_Isend");
                underWay.Enqueue(request);
                sent(memory.Slice(offset, lengthBytes));
                if (underWay.Count == ChunksUnderWay) AwaitFirst(underWay, "to be taken by");
            }

            while (underWay.Count > 0) AwaitFirst(underWay, "to be taken by");
        }
    }

    /// <summary>Receives memory in chunks of the same size.</summary>
    /// <param name="memory">Where to.</param>
    /// <param name="came">Called for each chunk that is there, in their order.</param>
    public void ReceiveChunks(Span<byte> memory, ChunkPassed came)
    {
        fixed (byte* bytes = memory)
        {
            var underWay = new Queue<nint>();
            for (int posted = 0, there = 0; there < memory.Length; there += ChunkBytes)
            {
                for (; posted < memory.Length && underWay.Count < ChunksUnderWay; posted += ChunkBytes)
                {
                    nint request = 0;
                    ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Irecv(bytes + posted, Math.Min(ChunkBytes, memory.Length - posted), Abi.Byte, peer, _tag, Abi.Table.CommWorld, &request), "MPI_Irecv");
                    underWay.Enqueue(request);
                }

                AwaitFirst(underWay, "from");
                came(memory.Slice(there, Math.Min(ChunkBytes, memory.Length - there)));
            }
        }
    }

    /// <summary>Is shown each chunk, in their order.</summary>
    internal delegate void ChunkPassed(ReadOnlySpan<byte> chunk);

    private void AwaitFirst(Queue<nint> underWay, string direction)
    {
        nint request = underWay.Dequeue();
        Await(ref request, direction);
    }

    private void Await(ref nint request, string direction)
    {
        long start = time.GetTimestamp();
        NativeStatus ignored;
        for (int turn = 0; ; turn++)
        {
            ErrorCheck.ThrowIfFailed(Progress.Test(ref request, out bool isComplete, &ignored), "MPI_Isend");
            if (isComplete) return;
            Pause(turn, start, direction);
        }
    }

    private void Pause(int turn, long start, string direction)
    {
        Progress.LookUp();
        LibC.YieldProcessor();
        if ((turn & 0xFF) == 0xFF && time.GetElapsedTime(start) > Patience)
            throw new ResilienceException($"The state of a rank that moves came to a stop: nothing for {Patience.TotalSeconds:0} s {direction} process {peer}. The job ends here; started again it continues from the newest checkpoint.");
    }
}
