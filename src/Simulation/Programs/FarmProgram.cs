using System.Collections.Generic;

namespace HpcVirt.Simulation.Programs;

/// <summary>
/// A task farm: rank 0 hands out tasks to whoever asks, the others work. Safe points are not numbered alike: rank 0 passes one per answer, a
/// worker one per task.
/// </summary>
internal sealed class FarmProgram(int ranks, int tasks, long taskNs, int answerBytes) : IProgram
{
    private const int Asks = 1;
    private const int Answers = 2;
    private const int QuestionBytes = 64;
    private const ulong Nothing = 2;

    public int Ranks => ranks;

    public IReadOnlyList<int[]?> Communicators { get; } = [null];

    public bool IsNumbered => false;

    public bool IsReproducible => false;

    public Operation Next(int rank, ref ProgramState state) => rank == 0 ? Master(ref state) : Worker(rank, ref state);

    /// <summary>Rank 0 must have the sum over all tasks, each done once; how many a worker did is not determined.</summary>
    public ulong? ExpectedResult(int rank)
    {
        if (rank != 0)
            return null;
        ProgramState state = default;
        for (int task = 1; task <= tasks; task++)
            state.Take(Fold.Sum, Done(task));
        for (int worker = 1; worker < ranks; worker++)
            state.Take(Fold.Sum, Nothing);
        return state.Result;
    }

    /// <summary>First: tasks handed out. Second: workers sent home.</summary>
    private Operation Master(ref ProgramState state)
    {
        switch (state.Counter++ % 3)
        {
            case 0 when state.Second == ranks - 1:
                state.Counter--;
                return new Operation(OperationKind.End);
            case 0:
                return new Operation(OperationKind.SafePoint);
            case 1:
                return new Operation(OperationKind.Receive) { Peer = Operation.Any, Tag = Asks, Fold = Fold.Sum };
            default:
                bool isLeft = state.First < tasks;
                if (isLeft)
                    state.First++;
                else
                    state.Second++;

                // What is sent is never 0, which would stand for the result so far: a task goes as twice its number, the end as 1.
                return new Operation(OperationKind.Send) { Peer = state.LastSource, Tag = Answers, Bytes = answerBytes, Value = isLeft ? 2 * (ulong)state.First : 1 };
        }
    }

    /// <summary>First: the task done last; the question for the next one brings its result, the very first one brings nothing.</summary>
    private Operation Worker(int rank, ref ProgramState state)
    {
        switch (state.Counter++ % 4)
        {
            case 0:
                return new Operation(OperationKind.SafePoint);
            case 1:
                return new Operation(OperationKind.Send) { Peer = 0, Tag = Asks, Bytes = QuestionBytes, Value = state.First == 0 ? Nothing : Done(state.First) };
            case 2:
                return new Operation(OperationKind.Receive) { Peer = 0, Tag = Answers };
            default:
                if (state.LastValue == 1)
                {
                    state.Counter--;
                    return new Operation(OperationKind.End);
                }

                state.First = (int)(state.LastValue / 2);
                return new Operation(OperationKind.Compute) { DurationNs = 1 + (long)(SeededRandom.Mix(((ulong)rank << 32) ^ (ulong)state.First) % (ulong)(2 * taskNs)) };
        }
    }

    private static ulong Done(int task) => SeededRandom.Mix((ulong)task) | 1;
}
