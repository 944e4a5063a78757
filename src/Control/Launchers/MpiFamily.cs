namespace HpcVirt.Control.Launchers;

/// <summary>Which MPI launches the job.</summary>
public enum MpiFamily
{
    /// <summary>Open MPI: mpirun.</summary>
    OpenMpi,

    /// <summary>MPICH and its relatives with the Hydra launcher: mpiexec.hydra.</summary>
    Mpich,
}
