using System.Collections.Generic;

namespace HpcVirt.Benchmarks.Mpi.Driving;

/// <summary>How two ranks are started under one MPI.</summary>
/// <param name="Name">Part of the figures' names and of the path of the C contenders.</param>
/// <param name="Command">The command in front of the program.</param>
internal sealed record MpiLauncher(string Name, IReadOnlyList<string> Command)
{
    // Each rank on a core of its own, as mpirun does by itself for two ranks: a rank that waits spins, and must not spin on the other's core.
    public static readonly IReadOnlyList<MpiLauncher> All =
    [
        new("openmpi", ["mpirun.openmpi", "--allow-run-as-root", "--bind-to", "core", "--map-by", "core", "-n", "2"]),
        new("mpich", ["mpiexec.mpich", "-bind-to", "core", "-n", "2"]),
    ];

    /// <summary>Four ranks where there may be fewer cores: only Open MPI can give the core away while it waits.</summary>
    public static readonly MpiLauncher FourRanks = new(
        "openmpi_n4",
        ["mpirun.openmpi", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "--mca", "mpi_yield_when_idle", "1", "-n", "4"]);
}
