using System;
using System.Collections.Generic;

namespace HpcVirt.Ranks.Tests.Launching;

/// <summary>The MPI implementations that every rank test runs under. A missing one fails the tests: it does not skip them.</summary>
public enum MpiKind
{
    OpenMpi,
    Mpich,

    /// <summary>Open MPI 5.0, in the root of Debian 13, in the slow tier only.</summary>
    OpenMpi5,

    /// <summary>MPICH 4.2, there.</summary>
    Mpich42,
}

internal static class MpiKinds
{
    /// <summary>What comes before a command line of this MPI; the folder is one that the job writes to. Skips where there is no such MPI.</summary>
    public static IReadOnlyList<string> Entrance(this MpiKind kind, string folder, TimeSpan deadline) =>
        kind is MpiKind.OpenMpi5 or MpiKind.Mpich42 ? Trixie.In(folder, deadline) : [];

    public static IReadOnlyList<string> Command(this MpiKind kind, int ranks) => kind switch
    {
        // More ranks than cores: waits must yield, or a barrier takes a time slice.
        MpiKind.OpenMpi => ["mpirun.openmpi", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "--mca", "mpi_yield_when_idle", "1", "-n", $"{ranks}"],

        // Processes that are started later reach the others over the loopback only; see docs/decisions/0016.
        MpiKind.OpenMpi5 => ["mpirun", "--map-by", ":OVERSUBSCRIBE", "--bind-to", "none", "--mca", "mpi_yield_when_idle", "1", "--mca", "btl_tcp_if_include", "lo", "-n", $"{ranks}"],
        _ => ["mpiexec.hydra", "-n", $"{ranks}"],
    };
}
