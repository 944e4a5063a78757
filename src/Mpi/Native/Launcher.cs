using System;

namespace MPI.Native;

/// <summary>What the launcher of this process tells in the environment: which MPI it belongs to and how many ranks it started.</summary>
internal sealed record Launcher(string Name, MpiFlavor Flavor, int? Ranks)
{
    /// <summary>Looks for the variables that launchers leave; null for a process started by hand (a singleton).</summary>
    /// <param name="variable">Reads one environment variable; passed in so that tests need no environment.</param>
    public static Launcher? Detect(Func<string, string?> variable)
    {
        // Open MPI's names first: Slurm's srun may set PMI_* beside them.
        if (variable("OMPI_COMM_WORLD_SIZE") is { } openMpiSize)
            return new Launcher("Open MPI's mpirun", MpiFlavor.OpenMpi, Number(openMpiSize));
        if (variable("PMI_SIZE") is { } pmiSize)
            return new Launcher("an MPICH launcher (mpiexec.hydra)", MpiFlavor.Mpich, Number(pmiSize));
        if (variable("PMI_RANK") is not null || variable("PMI_FD") is not null)
            return new Launcher("an MPICH launcher (mpiexec.hydra)", MpiFlavor.Mpich, null);
        return null;
    }

    private static int? Number(string text) => int.TryParse(text, out int number) ? number : null;
}
