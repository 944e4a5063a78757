using System.Collections.Generic;

namespace HpcVirt.Simulation.Programs;

/// <summary>At every step each rank sends to one other, at a distance that changes at random from step to step; received one step later.</summary>
internal sealed class ShiftProgram(int ranks, int steps, long stepNs, ulong seed) : IProgram
{
    private const int CallsPerStep = 5;
    private const int Bytes = 8192;

    public int Ranks => ranks;

    public IReadOnlyList<int[]?> Communicators { get; } = [null];

    public bool IsNumbered => true;

    public bool IsReproducible => true;

    public Operation Next(int rank, ref ProgramState state)
    {
        long call = state.Counter++;
        int step = (int)(call / CallsPerStep);
        if (step > steps)
        {
            state.Counter--;
            return new Operation(OperationKind.End);
        }

        return (call % CallsPerStep) switch
        {
            0 when step < steps => new Operation(OperationKind.SafePoint),
            1 when step < steps => new Operation(OperationKind.Compute) { DurationNs = stepNs + (long)(SeededRandom.Mix((ulong)(rank ^ (step << 24))) % (ulong)(1 + (stepNs / 3))) },
            2 when step < steps => new Operation(OperationKind.SendImmediate)
            {
                Peer = (int)((rank + (long)Distance(step)) % ranks),
                Tag = step,
                Bytes = step % 3 == 0 ? Bytes : Bytes / 64,
                Value = Value(rank, step),
                Slot = step & 1,
            },
            3 when step > 0 => new Operation(OperationKind.Receive) { Peer = Source(rank, step - 1), Tag = step - 1, Fold = Fold.Ordered },
            4 when step > 0 => new Operation(OperationKind.Wait) { Slot = (step - 1) & 1 },
            _ => new Operation(OperationKind.Compute),
        };
    }

    public ulong? ExpectedResult(int rank)
    {
        ProgramState state = default;
        for (int step = 0; step < steps; step++)
            state.Take(Fold.Ordered, Value(Source(rank, step), step));
        return state.Result;
    }

    private static ulong Value(int rank, int step) => SeededRandom.Mix(((ulong)rank << 24) ^ (ulong)step) | 1;

    private int Source(int rank, int step) => (int)((rank + (long)ranks - Distance(step)) % ranks);

    private int Distance(int step) => (int)(SeededRandom.Mix(seed ^ (ulong)step) % (ulong)ranks);
}
