using System;
using System.Runtime.CompilerServices;

namespace MPI;

/// <summary>What the reductions of intra- and intercommunicators have in common.</summary>
public abstract partial class Communicator
{
    private protected unsafe T? ReduceValue<T>(T value, ReductionOperation<T> op, int root)
    {
        ArgumentNullException.ThrowIfNull(op);
        if (!Datatype<T>.IsDirect)
        {
            T[]? values = null;
            GatherValue(value, root, ref values);
            return values is null ? default : ManagedReduction.Fold<T>(values, op);
        }

        T result = default!;
        using var operation = new BoundOperation<T>(op);
        ReduceRaw(Unsafe.AsPointer(ref value), Unsafe.AsPointer(ref result), 1, Datatype<T>.Handle, operation.Handle, root);
        return RoleOf(root) == RootRole.Root ? result : default;
    }

    /// <param name="values">This rank's elements; unused where it only receives or does not take part.</param>
    /// <param name="op">The operation.</param>
    /// <param name="root">The root.</param>
    /// <param name="count">How many elements are reduced, at the root.</param>
    /// <param name="outValues">The root's result.</param>
    private protected unsafe void ReduceArray<T>(T[] values, ReductionOperation<T> op, int root, int count, ref T[]? outValues)
    {
        ArgumentNullException.ThrowIfNull(op);
        RootRole role = RoleOf(root);
        if (!Datatype<T>.IsDirect)
        {
            T[][]? parts = null;
            GatherValue(values, root, ref parts);
            if (role == RootRole.Root)
                ManagedReduction.Fold(parts, op, outValues = Blocks.OfLength(outValues, count));
            return;
        }

        using var operation = new BoundOperation<T>(op);
        if (role != RootRole.Root)
        {
            fixed (byte* send = &FirstByte(values))
                ReduceRaw(send, null, values.Length, Datatype<T>.Handle, operation.Handle, root);
            return;
        }

        values = Blocks.Apart(values, outValues);
        outValues = Blocks.OfLength(outValues, count);
        fixed (byte* send = &FirstByte(values))
        fixed (byte* receive = &FirstByte(outValues))
            ReduceRaw(send, receive, count, Datatype<T>.Handle, operation.Handle, root);
    }

    private protected unsafe T AllreduceValue<T>(T value, ReductionOperation<T> op)
    {
        if (!Datatype<T>.IsDirect)
            return AllreduceObject(value, op);
        T result = default!;
        using var operation = new BoundOperation<T>(op);
        AllreduceRaw(Unsafe.AsPointer(ref value), Unsafe.AsPointer(ref result), 1, Datatype<T>.Handle, operation.Handle);
        return result;
    }

    private protected unsafe void AllreduceArray<T>(T[] values, ReductionOperation<T> op, ref T[]? outValues)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(op);
        if (!Datatype<T>.IsDirect)
        {
            T[][]? parts = null;
            AllgatherValue(values, ref parts);
            ManagedReduction.Fold(parts, op, outValues = Blocks.OfLength(outValues, values.Length));
            return;
        }

        using var operation = new BoundOperation<T>(op);
        T[] input = Blocks.Apart(values, outValues);
        outValues = Blocks.OfLength(outValues, values.Length);
        fixed (byte* send = &FirstByte(input))
        fixed (byte* receive = &FirstByte(outValues))
            AllreduceRaw(send, receive, values.Length, Datatype<T>.Handle, operation.Handle);
    }

    private protected unsafe void ReduceScatterArray<T>(T[] values, ReductionOperation<T> op, int[] counts, ref T[]? outValues)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(op);
        ArgumentNullException.ThrowIfNull(counts);
        int total = Blocks.Lay(counts, new int[Size]);
        if (values.Length != total)
            throw new ArgumentException($"The counts add up to {total} elements; every rank must bring as many, this one brings {values.Length}.", nameof(values));
        T[] input = Blocks.Apart(values, outValues);
        outValues = Blocks.OfLength(outValues, counts[Rank]);
        if (!Datatype<T>.IsDirect)
        {
            ReduceScatterObjects(input, op, counts, outValues);
            return;
        }

        using var operation = new BoundOperation<T>(op);
        fixed (byte* send = &FirstByte(input))
        fixed (byte* receive = &FirstByte(outValues))
        fixed (int* eachCount = counts)
            ReduceScatterRaw(send, receive, eachCount, Datatype<T>.Handle, operation.Handle);
    }

    /// <summary>Every rank combines the values itself: an operation that throws then does so everywhere, and no rank waits for one that left.</summary>
    private T AllreduceObject<T>(T value, ReductionOperation<T> op)
    {
        ArgumentNullException.ThrowIfNull(op);
        T[]? values = null;
        AllgatherValue(value, ref values);
        return ManagedReduction.Fold<T>(values, op);
    }

    /// <summary>Each rank is sent its block of every array and combines the blocks itself.</summary>
    private void ReduceScatterObjects<T>(T[] values, ReductionOperation<T> op, int[] counts, T[] outValues)
    {
        // Between groups, the blocks are those of the other group's ranks, and only they know how long they are.
        int[]? peerCounts = counts;
        if (OwnSlot < 0)
        {
            peerCounts = null;
            AllgatherValue(counts[Rank], ref peerCounts);
        }

        int[] displacements = new int[PeerCount];
        Blocks.RequireElements(values, Blocks.Lay(peerCounts, displacements, nameof(counts)));
        T[][]? parts = null;
        AlltoallValues(Blocks.Cut(values, peerCounts!, displacements), ref parts);
        ManagedReduction.Fold(parts, op, outValues);
    }
}
