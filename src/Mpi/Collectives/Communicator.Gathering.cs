using System;
using System.Runtime.CompilerServices;

namespace MPI;

/// <summary>What the gathers and allgathers of intra- and intercommunicators have in common.</summary>
public abstract partial class Communicator
{
    /// <summary>This rank's place among the ranks that it exchanges data with, or -1 when it is not among them.</summary>
    private protected abstract int OwnSlot { get; }

    /// <summary>What a root argument makes of this rank.</summary>
    private protected abstract RootRole RoleOf(int root);

    private protected unsafe void GatherValue<T>(T value, int root, ref T[]? outValues)
    {
        RootRole role = RoleOf(root);
        if (role == RootRole.Root)
            outValues = Blocks.OfLength(outValues, PeerCount);
        if (!Datatype<T>.IsDirect)
        {
            GatherObjects(value, root, role, outValues);
        }
        else if (role == RootRole.Root)
        {
            fixed (byte* receive = &FirstByte(outValues!))
                GatherRaw(Unsafe.AsPointer(ref value), 1, receive, 1, Datatype<T>.Handle, root);
        }
        else
        {
            GatherRaw(Unsafe.AsPointer(ref value), 1, null, 0, Datatype<T>.Handle, root);
        }
    }

    private protected unsafe void GatherArrays<T>(T[] values, int[]? counts, int root, ref T[]? outValues)
    {
        RootRole role = RoleOf(root);
        if (role != RootRole.Bystander)
            RequireOwnCount(values, counts, role);
        if (role != RootRole.Root)
        {
            T[][]? nothing = null;
            if (!Datatype<T>.IsDirect)
            {
                GatherValue(values, root, ref nothing);
            }
            else
            {
                fixed (byte* send = &FirstByte(values))
                    GathervRaw(send, values.Length, null, null, null, Datatype<T>.Handle, root);
            }

            return;
        }

        ArgumentNullException.ThrowIfNull(counts);
        int[] displacements = new int[PeerCount];
        outValues = Blocks.OfAtLeast(outValues, Blocks.Lay(counts, displacements));
        if (!Datatype<T>.IsDirect)
        {
            T[][]? parts = null;
            GatherValue(values, root, ref parts);
            Blocks.Join(parts!, counts, displacements, outValues);
            return;
        }

        fixed (byte* send = &FirstByte(values))
        fixed (byte* receive = &FirstByte(outValues))
        fixed (int* receiveCounts = counts)
        fixed (int* receiveDisplacements = displacements)
            GathervRaw(send, values.Length, receive, receiveCounts, receiveDisplacements, Datatype<T>.Handle, root);
    }

    private protected unsafe void AllgatherValue<T>(T value, ref T[]? outValues)
    {
        outValues = Blocks.OfLength(outValues, PeerCount);
        if (!Datatype<T>.IsDirect)
        {
            AllgatherObjects(value, outValues);
            return;
        }

        fixed (byte* receive = &FirstByte(outValues))
            AllgatherRaw(Unsafe.AsPointer(ref value), 1, receive, 1, Datatype<T>.Handle);
    }

    private protected unsafe void AllgatherArrays<T>(T[] values, int[] counts, ref T[]? outValues)
    {
        ArgumentNullException.ThrowIfNull(counts);
        RequireOwnCount(values, counts, RootRole.Root);
        int[] displacements = new int[PeerCount];
        outValues = Blocks.OfLength(outValues, Blocks.Lay(counts, displacements));
        if (!Datatype<T>.IsDirect)
        {
            T[][]? parts = null;
            AllgatherValue(values, ref parts);
            Blocks.Join(parts!, counts, displacements, outValues);
            return;
        }

        values = Blocks.Apart(values, outValues);
        fixed (byte* send = &FirstByte(values))
        fixed (byte* receive = &FirstByte(outValues))
        fixed (int* receiveCounts = counts)
        fixed (int* receiveDisplacements = displacements)
            AllgathervRaw(send, values.Length, receive, receiveCounts, receiveDisplacements, Datatype<T>.Handle);
    }

    private unsafe void GatherObjects<T>(T value, int root, RootRole role, T[]? outValues)
    {
        // The root keeps its own value as it is; a bystander's counts for nothing.
        using PooledStream? sent = role == RootRole.Peer ? Serialization.Pack(value) : null;
        int sentBytes = sent?.LengthBytes ?? 0;
        int[] counts = role == RootRole.Root ? new int[PeerCount] : [];
        fixed (int* receive = counts)
            GatherRaw(&sentBytes, 1, receive, role == RootRole.Root ? 1 : 0, Datatype<int>.Handle, root);

        using PackedValues? received = role == RootRole.Root ? PackedValues.Room(counts) : null;
        fixed (byte* send = sent?.Buffer)
        fixed (byte* receive = received?.Buffer)
        fixed (int* receiveCounts = received?.Counts)
        fixed (int* receiveDisplacements = received?.Displacements)
            GathervRaw(send, sentBytes, receive, receiveCounts, receiveDisplacements, Native.Abi.Byte, root);

        for (int source = 0; received is not null && source < counts.Length; source++)
            outValues![source] = source == OwnSlot ? value : received.Unpack<T>(Serialization, source);
    }

    private unsafe void AllgatherObjects<T>(T value, T[] outValues)
    {
        using PooledStream sent = Serialization.Pack(value);
        int sentBytes = sent.LengthBytes;
        int[] counts = new int[outValues.Length];
        fixed (int* receive = counts)
            AllgatherRaw(&sentBytes, 1, receive, 1, Datatype<int>.Handle);

        using PackedValues received = PackedValues.Room(counts);
        fixed (byte* send = sent.Buffer)
        fixed (byte* receive = received.Buffer)
        fixed (int* receiveCounts = counts)
        fixed (int* receiveDisplacements = received.Displacements)
            AllgathervRaw(send, sentBytes, receive, receiveCounts, receiveDisplacements, Native.Abi.Byte);

        for (int source = 0; source < outValues.Length; source++)
            outValues[source] = source == OwnSlot ? value : received.Unpack<T>(Serialization, source);
    }

    /// <summary>In one group the own count must be the own length; MPI itself would call it a truncated message, on another rank.</summary>
    private void RequireOwnCount<T>(T[] values, int[]? counts, RootRole role)
    {
        if (role == RootRole.Peer || OwnSlot >= 0)
            ArgumentNullException.ThrowIfNull(values);
        if (OwnSlot >= 0 && counts is not null && counts.Length == PeerCount && counts[OwnSlot] != values.Length)
            throw new ArgumentException($"The count of rank {OwnSlot}, this one, is {counts[OwnSlot]}; its array has {values.Length} elements.", nameof(counts));
    }
}
