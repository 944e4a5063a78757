using System;

namespace MPI;

/// <summary>What the all-to-all exchanges of intra- and intercommunicators have in common.</summary>
public abstract partial class Communicator
{
    private protected unsafe void AlltoallValues<T>(T[] values, ref T[]? outValues)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Length != PeerCount)
            throw new ArgumentException($"Alltoall sends one value to each of {PeerCount} ranks; the array has {values.Length}.", nameof(values));
        T[] send = Blocks.Apart(values, outValues);
        outValues = Blocks.OfLength(outValues, PeerCount);
        if (!Datatype<T>.IsDirect)
        {
            AlltoallObjects(send, outValues);
            return;
        }

        fixed (byte* sendBuffer = &FirstByte(send))
        fixed (byte* receiveBuffer = &FirstByte(outValues))
            AlltoallRaw(sendBuffer, receiveBuffer, 1, Datatype<T>.Handle);
    }

    private protected unsafe void AlltoallArrays<T>(T[] values, int[] sendCounts, int[] recvCounts, ref T[]? outValues)
    {
        ArgumentNullException.ThrowIfNull(sendCounts);
        ArgumentNullException.ThrowIfNull(recvCounts);
        int[] sendDisplacements = new int[PeerCount];
        int[] receiveDisplacements = new int[PeerCount];
        Blocks.RequireElements(values, Blocks.Lay(sendCounts, sendDisplacements));
        int total = Blocks.Lay(recvCounts, receiveDisplacements);
        if (OwnSlot >= 0 && sendCounts[OwnSlot] != recvCounts[OwnSlot])
            throw new ArgumentException($"This rank sends itself {sendCounts[OwnSlot]} elements and expects {recvCounts[OwnSlot]}.", nameof(recvCounts));
        T[] send = Blocks.Apart(values, outValues);
        outValues = Blocks.OfAtLeast(outValues, total);
        if (!Datatype<T>.IsDirect)
        {
            T[][]? parts = null;
            AlltoallValues(Blocks.Cut(send, sendCounts, sendDisplacements), ref parts);
            Blocks.Join(parts!, recvCounts, receiveDisplacements, outValues);
            return;
        }

        fixed (byte* sendBuffer = &FirstByte(send))
        fixed (int* toEach = sendCounts)
        fixed (int* sendAt = sendDisplacements)
        fixed (byte* receiveBuffer = &FirstByte(outValues))
        fixed (int* fromEach = recvCounts)
        fixed (int* receiveAt = receiveDisplacements)
            AlltoallvRaw(sendBuffer, toEach, sendAt, receiveBuffer, fromEach, receiveAt, Datatype<T>.Handle);
    }

    private unsafe void AlltoallObjects<T>(T[] values, T[] outValues)
    {
        // What a rank sends to itself is not serialized.
        using var sent = PackedValues.Pack<T>(Serialization, values, OwnSlot);
        int[] counts = new int[outValues.Length];
        fixed (int* send = sent.Counts)
        fixed (int* receive = counts)
            AlltoallRaw(send, receive, 1, Datatype<int>.Handle);

        using var received = PackedValues.Room(counts);
        fixed (byte* send = sent.Buffer)
        fixed (int* sendCounts = sent.Counts)
        fixed (int* sendAt = sent.Displacements)
        fixed (byte* receive = received.Buffer)
        fixed (int* receiveCounts = counts)
        fixed (int* receiveAt = received.Displacements)
            AlltoallvRaw(send, sendCounts, sendAt, receive, receiveCounts, receiveAt, Native.Abi.Byte);

        for (int source = 0; source < outValues.Length; source++)
            outValues[source] = source == OwnSlot ? values[source] : received.Unpack<T>(Serialization, source);
    }
}
