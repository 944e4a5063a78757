using System.Collections.Generic;

namespace HpcVirt.Benchmarks.Mpi.Driving;

/// <summary>How two ranks are started under one MPI, C and C# alike.</summary>
/// <param name="Name">Part of the figures' names and of the path of the C contenders.</param>
/// <param name="Command">The command in front of the program.</param>
internal sealed record MpiLauncher(string Name, IReadOnlyList<string> Command)
{
    // Neither MPI binds: both would put a rank and all its threads on one core, and .NET then compiles its fast code ten times later.
    // Where there are as many cores as ranks the scheduler has little to choose anyway.
    public static readonly IReadOnlyList<MpiLauncher> All =
    [
        new("openmpi", ["mpirun.openmpi", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-n", "2"]),
        new("mpich", ["mpiexec.mpich", "-bind-to", "none", "-n", "2"]),
    ];
}
