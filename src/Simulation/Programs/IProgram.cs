using System.Collections.Generic;

namespace HpcVirt.Simulation.Programs;

/// <summary>A program for all ranks. Legal: it ends on any network, with large messages as well as with small ones.</summary>
internal interface IProgram
{
    int Ranks { get; }

    /// <summary>The members of each communicator, in world ranks; null stands for all.</summary>
    IReadOnlyList<int[]?> Communicators { get; }

    /// <summary>Whether all ranks pass the same safe points, in the same number.</summary>
    bool IsNumbered { get; }

    /// <summary>What a rank calls next. Depends on nothing but the state, so that a restored state goes on in the same way.</summary>
    Operation Next(int rank, ref ProgramState state);

    /// <summary>Whether a rank's result is the same in every run, so that an undisturbed one tells what it must be.</summary>
    bool IsReproducible { get; }

    /// <summary>The result that a rank must have at the end, where that can be said without a run.</summary>
    ulong? ExpectedResult(int rank);
}
