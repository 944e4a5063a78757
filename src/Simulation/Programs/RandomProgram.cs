using System.Collections.Generic;

namespace HpcVirt.Simulation.Programs;

/// <summary>A list of calls per rank, as <see cref="RandomProgramWriter"/> wrote them.</summary>
internal sealed class RandomProgram(Operation[][] operations, IReadOnlyList<int[]?> communicators, bool isNumbered) : IProgram
{
    public int Ranks => operations.Length;

    public IReadOnlyList<int[]?> Communicators => communicators;

    public bool IsNumbered => isNumbered;

    public bool IsReproducible => true;

    public Operation Next(int rank, ref ProgramState state) =>
        state.Counter < operations[rank].Length ? operations[rank][state.Counter++] : new Operation(OperationKind.End);

    public ulong? ExpectedResult(int rank) => null;
}
