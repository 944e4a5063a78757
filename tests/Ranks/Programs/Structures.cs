using System;
using System.Linq;
using MPI;

namespace HpcVirt.Ranks.Programs;

/// <summary>A communicator of every kind, and messages that are described once.</summary>
internal sealed class Structures : IDisposable
{
    private static readonly MPI.Attribute Salt = MPI.Attribute.Create<int>(AttributeDuplication.None);

    private readonly Intracommunicator _copy, _half, _merged;
    private readonly Intracommunicator? _even;
    private readonly CartesianCommunicator _grid, _row;
    private readonly GraphCommunicator _ring;
    private readonly Intercommunicator _across;
    private readonly int[] _sent = new int[1], _received = new int[1];
    private readonly PersistentRequest[] _described;

    public Structures(Intracommunicator world)
    {
        int rank = world.Rank, size = world.Size;
        _copy = (Intracommunicator)world.Clone();
        _copy.Name = "a copy";
        _copy.Attributes[Salt] = rank + 5;
        ((Intracommunicator)_copy.Clone()).Dispose();
        _half = (Intracommunicator)_copy.Split(rank % 2, -rank)!;
        using (Group all = world.Group)
        using (Group even = all.IncludeOnly([.. Enumerable.Range(0, size).Where(static one => one % 2 == 0)]))
            _even = (Intracommunicator?)world.Create(even);
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
        ];
    }

    public ulong Use(ulong hash)
    {
        _sent[0] = (int)(hash & 0xFFFFFF);
        PersistentRequest.StartAll(_described);
        foreach (PersistentRequest request in _described) request.Wait();
        hash = StructuresProgram.Mix(hash, (ulong)_received[0] + (ulong)(int)_copy.Attributes[Salt]!);
        hash = StructuresProgram.Mix(hash, (ulong)_half.Allreduce(_half.Rank + (int)(hash & 0xFF), Operation<int>.Max));
        hash = StructuresProgram.Mix(hash, (ulong)(_even?.Allreduce((int)(hash & 0xFF), Operation<int>.Add) ?? 0));
        hash = StructuresProgram.Mix(hash, (ulong)(_row.Allreduce((int)(hash & 0xFF), Operation<int>.Add) + _grid.Coordinates[0]));
        hash = StructuresProgram.Mix(hash, (ulong)StructuresProgram.Exchange(_ring, (int)(hash & 0xFFFF)) + (ulong)_ring.Neighbors[0]);
        hash = StructuresProgram.Mix(hash, (ulong)_merged.Scan((int)(hash & 0xFFFF), Operation<int>.Add));
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
        _even?.Dispose();
        _half.Dispose();
        _copy.Dispose();
    }

    /// <summary>The leader of a half: its rank 0, which is its highest in the world.</summary>
    private static int LastOf(int size, int remainder) => Enumerable.Range(0, size).Last(one => one % 2 == remainder);
}
