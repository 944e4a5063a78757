using System;
using System.Collections.Generic;

namespace HpcVirt.Simulation.Programs;

/// <summary>
/// A pipelined exchange on a torus of two or three dimensions: what a step sends is received one step later, so that messages cross every safe point, a
/// third of them too large to be sent unasked.
/// </summary>
internal sealed class NeighbourProgram : IProgram
{
    private const int SmallBytes = 1024;
    private const int LargeBytes = 65_536;

    private readonly int[] _extents;
    private readonly int _directions;
    private readonly int _steps;
    private readonly long _stepNs;
    private readonly int _callsPerStep;

    public NeighbourProgram(int ranks, int dimensions, int steps, long stepNs)
    {
        Ranks = ranks;
        _extents = ExtentsOf(ranks, dimensions);
        _directions = 2 * dimensions;
        _steps = steps;
        _stepNs = stepNs;
        _callsPerStep = 2 + (3 * _directions);
    }

    public int Ranks { get; }

    public IReadOnlyList<int[]?> Communicators { get; } = [null];

    public bool IsNumbered => true;

    public bool IsReproducible => true;

    public Operation Next(int rank, ref ProgramState state)
    {
        long step = Math.DivRem(state.Counter++, _callsPerStep, out long call);
        if (step == _steps)
            return Last(rank, ref state, (int)call);
        int direction = (int)((call - 2) % _directions);
        return ((call - 2) / _directions, call) switch
        {
            (_, 0) => new Operation(OperationKind.SafePoint),
            (_, 1) => new Operation(OperationKind.Compute) { DurationNs = Duration(rank, step) },
            (0, _) => new Operation(OperationKind.SendImmediate)
            {
                Peer = Neighbour(rank, direction),
                Tag = direction,
                Bytes = IsLarge(step, direction) ? LargeBytes : SmallBytes,
                Value = Value(rank, step, direction),
                Slot = Slot(step, direction),
            },
            (1, _) when step > 0 => Receive(rank, direction),
            (2, _) when step > 0 => new Operation(OperationKind.Wait) { Slot = Slot(step - 1, direction) },
            _ => new Operation(OperationKind.Compute),
        };
    }

    /// <summary>The same fold as the program's, over what the neighbours must have sent.</summary>
    public ulong? ExpectedResult(int rank)
    {
        ProgramState state = default;
        for (long step = 0; step < _steps; step++)
        {
            for (int direction = 0; direction < _directions; direction++)
                state.Take(Fold.Ordered, Value(Neighbour(rank, direction), step, direction ^ 1));
        }

        return state.Result;
    }

    /// <summary>What the last step sent is received behind the loop.</summary>
    private Operation Last(int rank, ref ProgramState state, int call)
    {
        if (call < _directions)
            return Receive(rank, call);
        if (call < 2 * _directions)
            return new Operation(OperationKind.Wait) { Slot = Slot(_steps - 1, call - _directions) };
        state.Counter--;
        return new Operation(OperationKind.End);
    }

    private Operation Receive(int rank, int direction) =>
        new(OperationKind.Receive) { Peer = Neighbour(rank, direction), Tag = direction ^ 1, Fold = Fold.Ordered };

    private int Slot(long step, int direction) => (int)(step & 1) * _directions + direction;

    private static bool IsLarge(long step, int direction) => (step + direction) % 3 == 0;

    private static ulong Value(int rank, long step, int direction) => SeededRandom.Mix(((ulong)rank << 24) ^ ((ulong)step << 4) ^ (ulong)direction) | 1;

    /// <summary>Ranks differ in speed by a third, and not always the same ones.</summary>
    private long Duration(int rank, long step) => _stepNs + (long)(SeededRandom.Mix(((ulong)rank << 20) ^ (ulong)step) % (ulong)(1 + (_stepNs / 3)));

    /// <summary>The neighbour in a direction: 0 and 1 are down and up in the first dimension, and so on.</summary>
    private int Neighbour(int rank, int direction)
    {
        int dimension = direction >> 1;
        int stride = 1;
        for (int lower = 0; lower < dimension; lower++)
            stride *= _extents[lower];
        int extent = _extents[dimension];
        int coordinate = rank / stride % extent;
        int moved = (coordinate + ((direction & 1) == 0 ? extent - 1 : 1)) % extent;
        return rank + ((moved - coordinate) * stride);
    }

    /// <summary>Extents as equal as the number's divisors allow.</summary>
    private static int[] ExtentsOf(int ranks, int dimensions)
    {
        int[] extents = new int[dimensions];
        int left = ranks;
        for (int dimension = 0; dimension < dimensions; dimension++)
        {
            int extent = (int)Math.Round(Math.Pow(left, 1.0 / (dimensions - dimension)));
            while (left % extent != 0)
                extent--;
            extents[dimension] = extent;
            left /= extent;
        }

        return extents;
    }
}
