using System;
using System.Linq;
using HpcVirt.Ranks.Harness;
using MPI;
using MPI.Native;

namespace HpcVirt.Ranks.Programs;

/// <summary>A communicator of every kind, messages that are described once, and what else the library may forget: an operation, a group, a datatype.</summary>
internal sealed class Structures : IDisposable
{
    private static readonly MPI.Attribute Salt = MPI.Attribute.Create<int>(AttributeDuplication.None);

    private readonly Intracommunicator _copy, _half, _merged;
    private readonly Intracommunicator? _evenOnes;
    private readonly CartesianCommunicator _grid, _row;
    private readonly GraphCommunicator _ring;
    private readonly Intercommunicator _across;
    private readonly int[] _sent = new int[1], _received = new int[1];
    private readonly PersistentRequest[] _described;
    private readonly Pair[] _pairSent = new Pair[1], _pairReceived = new Pair[1];
    private readonly Operation<int> _mix = new(static (one, other) => (one * 31) ^ other);
    private readonly Group _even;

    public Structures(Intracommunicator world)
    {
        int rank = world.Rank, size = world.Size;
        _copy = (Intracommunicator)world.Clone();
        _copy.Name = "a copy";
        _copy.Attributes[Salt] = rank + 5;
        ((Intracommunicator)_copy.Clone()).Dispose();
        _half = (Intracommunicator)_copy.Split(rank % 2, -rank)!;
        using (Group all = world.Group)
            _even = all.IncludeOnly([.. Enumerable.Range(0, size).Where(static one => one % 2 == 0)]);
        _evenOnes = (Intracommunicator?)world.Create(_even);
        int[] dimensions = [0, 0];
        CartesianCommunicator.ComputeDimensions(size, 2, ref dimensions);
        _grid = new CartesianCommunicator(world, 2, dimensions, [true, false], reorder: false);
        _row = _grid.Subgrid([0, 1]);
        _ring = new GraphCommunicator(world, [.. Enumerable.Range(0, size).Select(one => (int[])[(one + 1) % size])], reorder: false);
        _across = new Intercommunicator(_half, 0, world, rank % 2 == 0 ? LastOf(size, 1) : LastOf(size, 0), 5);
        _merged = _across.Merge(rank % 2 == 1);
        _described =
        [
            _copy.PersistentSend(_sent, (rank + 1) % size, 3),
            _copy.PersistentReceive((rank + size - 1) % size, 3, _received),
            _copy.PersistentSend(_pairSent, (rank + 1) % size, 4),
            _copy.PersistentReceive((rank + size - 1) % size, 4, _pairReceived),
        ];
    }

    private readonly record struct Pair(int Low, int High);

    public ulong Use(ulong hash)
    {
        _sent[0] = (int)(hash & 0xFFFFFF);
        _pairSent[0] = new Pair(_sent[0] + 1, _sent[0] + 2);
        PersistentRequest.StartAll(_described);
        foreach (PersistentRequest request in _described) request.Wait();
        hash = StructuresProgram.Mix(hash, (ulong)_received[0] + (ulong)(int)_copy.Attributes[Salt]! + (ulong)_pairReceived[0].High);
        hash = StructuresProgram.Mix(hash, (ulong)_half.Allreduce(_half.Rank + (int)(hash & 0xFF), Operation<int>.Max));
        hash = StructuresProgram.Mix(hash, (ulong)(_evenOnes?.Allreduce((int)(hash & 0xFF), Operation<int>.Add) ?? 0) + (ulong)(_even.Size * 7) + (ulong)_even.Rank);
        hash = StructuresProgram.Mix(hash, (ulong)(_row.Allreduce((int)(hash & 0xFF), Operation<int>.Add) + _grid.Coordinates[0]));
        hash = StructuresProgram.Mix(hash, (ulong)StructuresProgram.Exchange(_ring, (int)(hash & 0xFFFF)) + (ulong)_ring.Neighbors[0]);
        hash = StructuresProgram.Mix(hash, (ulong)_merged.Scan((int)(hash & 0xFFFF), Operation<int>.Add));
        hash = StructuresProgram.Mix(hash, (ulong)Mixed((int)(hash & 0xFFFF) + _copy.Rank));
        return StructuresProgram.Mix(hash, (ulong)_across.Allreduce((int)(hash & 0xFFFF), Operation<int>.Max) + (ulong)_across.RemoteSize);
    }

    public void Dispose()
    {
        foreach (PersistentRequest request in _described) request.Dispose();
        _merged.Dispose();
        _across.Dispose();
        _ring.Dispose();
        _row.Dispose();
        _grid.Dispose();
        _evenOnes?.Dispose();
        _even.Dispose();
        _mix.Dispose();
        _half.Dispose();
        _copy.Dispose();
    }

    /// <summary>With an operation that is an object. It waits as the binding's own collectives do: within the library no rank hears that another one is lost.</summary>
    private unsafe int Mixed(int value)
    {
        int mixed = 0;
        nint request = 0;
        NativeStatus status;
        Expect.Equal(0, NativeMpi.MPI_Iallreduce(&value, &mixed, 1, Datatype<int>.Handle, _mix.Op, _copy.Handle, &request), "MPI_Iallreduce");
        Expect.Equal(0, Progress.Wait(ref request, &status), "MPI_Wait");
        return mixed;
    }

    /// <summary>The leader of a half: its rank 0, which is its highest in the world.</summary>
    private static int LastOf(int size, int remainder) => Enumerable.Range(0, size).Last(one => one % 2 == remainder);
}
