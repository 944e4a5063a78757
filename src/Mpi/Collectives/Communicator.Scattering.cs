using System;
using System.Runtime.CompilerServices;

namespace MPI;

/// <summary>What the broadcasts, scatters and all-to-all exchanges of intra- and intercommunicators have in common.</summary>
public abstract partial class Communicator
{
    private protected unsafe void BroadcastValue<T>(ref T value, int root)
    {
        if (Datatype<T>.IsDirect)
        {
            T copy = value;
            BroadcastRaw(Unsafe.AsPointer(ref copy), 1, Datatype<T>.Handle, root);
            value = copy;
            return;
        }

        RootRole role = RoleOf(root);
        using PooledStream? message = role == RootRole.Root ? Serialization.Pack(value) : null;
        int sizeBytes = message?.LengthBytes ?? 0;
        BroadcastRaw(&sizeBytes, 1, Datatype<int>.Handle, root);
        using PackedValues? room = role == RootRole.Peer ? PackedValues.Room([sizeBytes]) : null;
        fixed (byte* buffer = message?.Buffer ?? room?.Buffer)
            BroadcastRaw(buffer, sizeBytes, Native.Abi.Byte, root);
        if (room is not null)
            value = room.Unpack<T>(Serialization, 0);
    }

    private protected unsafe void BroadcastArray<T>(ref T[]? values, int root)
    {
        if (!Datatype<T>.IsDirect)
        {
            BroadcastValue(ref values, root);
            return;
        }

        if (RoleOf(root) == RootRole.Bystander)
        {
            BroadcastRaw(null, 0, Datatype<T>.Handle, root);
            return;
        }

        if (values is null)
            throw new ArgumentNullException(nameof(values), $"Elements of {typeof(T)} are broadcast into the array that is passed: allocate it with the root's length first. To send an array of a length that only the root knows, use Broadcast<{typeof(T).Name}[]>.");
        fixed (byte* buffer = &FirstByte(values))
            BroadcastRaw(buffer, values.Length, Datatype<T>.Handle, root);
    }

    private protected unsafe T ScatterValue<T>(T[]? values, int root)
    {
        RootRole role = RoleOf(root);
        if (role == RootRole.Root && (values is null || values.Length != PeerCount))
        {
            throw new ArgumentException(
                $"The root scatters one value to each of {PeerCount} ranks; its array {(values is null ? "is null" : $"has {values.Length}")}.", nameof(values));
        }

        if (!Datatype<T>.IsDirect)
            return ScatterObjects(values, root, role);
        T result = default!;
        int received = role == RootRole.Peer || OwnSlot >= 0 ? 1 : 0;
        fixed (byte* send = &FirstByte(role == RootRole.Root ? values! : []))
            ScatterRaw(send, role == RootRole.Root ? 1 : 0, Unsafe.AsPointer(ref result), received, Datatype<T>.Handle, root);
        return result;
    }

    /// <param name="values">The root's blocks, one behind the other.</param>
    /// <param name="counts">At the root, the blocks' lengths; elsewhere at least this rank's own.</param>
    /// <param name="root">The root.</param>
    /// <param name="outValues">This rank's block.</param>
    private protected unsafe void ScatterArrays<T>(T[]? values, int[] counts, int root, ref T[]? outValues)
    {
        RootRole role = RoleOf(root);
        ArgumentNullException.ThrowIfNull(counts);
        int received = 0;
        if (role == RootRole.Peer || (role == RootRole.Root && OwnSlot >= 0))
        {
            if (counts.Length <= Rank)
                throw new ArgumentException($"This rank's own count is missing: there are {counts.Length} counts for rank {Rank}.", nameof(counts));
            received = counts[Rank];
        }

        int[] displacements = role == RootRole.Root ? new int[PeerCount] : [];
        if (role == RootRole.Root)
            Blocks.RequireElements(values!, Blocks.Lay(counts, displacements), nameof(values));
        if (!Datatype<T>.IsDirect)
        {
            T[] part = ScatterValue(role == RootRole.Root ? Blocks.Cut(values!, counts, displacements) : null, root);
            outValues = part is not null && part.Length != received
                ? throw new ArgumentException($"The root sent {part.Length} elements; this rank's count is {received}. All ranks must agree on the counts.", nameof(counts))
                : part ?? outValues;
            return;
        }

        if (received > 0 || outValues is null)
            outValues = Blocks.OfLength(outValues, received);
        fixed (byte* send = &FirstByte(role == RootRole.Root ? values! : []))
        fixed (int* sendCounts = counts)
        fixed (int* sendDisplacements = displacements)
        fixed (byte* receive = &FirstByte(outValues))
            ScattervRaw(send, sendCounts, sendDisplacements, receive, received, Datatype<T>.Handle, root);
    }

    private unsafe T ScatterObjects<T>(T[]? values, int root, RootRole role)
    {
        // The root's own value stays where it is.
        using PackedValues? sent = role == RootRole.Root ? PackedValues.Pack(Serialization, values, OwnSlot) : null;
        int sizeBytes = 0;
        int received = role == RootRole.Peer || OwnSlot >= 0 ? 1 : 0;
        fixed (int* sizes = sent?.Counts)
            ScatterRaw(sizes, role == RootRole.Root ? 1 : 0, &sizeBytes, received, Datatype<int>.Handle, root);

        using var room = PackedValues.Room([sizeBytes]);
        fixed (byte* send = sent?.Buffer)
        fixed (int* counts = sent?.Counts)
        fixed (int* displacements = sent?.Displacements)
        fixed (byte* receive = room.Buffer)
            ScattervRaw(send, counts, displacements, receive, sizeBytes, Native.Abi.Byte, root);

        return role switch
        {
            RootRole.Peer => room.Unpack<T>(Serialization, 0),
            RootRole.Root when OwnSlot >= 0 => values![OwnSlot],
            _ => default!,
        };
    }
}
