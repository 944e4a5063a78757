using System.Collections.Generic;

namespace HpcVirt.Ranks.Tests.Launching;

/// <summary>The MPI implementations that every rank test runs under. A missing one fails the tests: it does not skip them.</summary>
public enum MpiKind
{
    OpenMpi,
    Mpich,
}

internal static class MpiKinds
{
    public static IReadOnlyList<string> Command(this MpiKind kind, int ranks) => kind switch
    {
        // More ranks than cores: waits must yield, or a barrier takes a time slice.
        MpiKind.OpenMpi => ["mpirun.openmpi", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "--mca", "mpi_yield_when_idle", "1", "-n", $"{ranks}"],
        _ => ["mpiexec.hydra", "-n", $"{ranks}"],
    };
}
