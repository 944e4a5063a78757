namespace MPI.Native;

/// <summary>The application binary interfaces that one build of this assembly can speak; which one is settled once, at run time, by the library that was loaded.</summary>
internal enum MpiFlavor
{
    /// <summary>Open MPI 4 and 5: handles are addresses of exported objects.</summary>
    OpenMpi,

    /// <summary>MPICH 4 and its relatives of the MPICH ABI initiative: handles are 32-bit integers.</summary>
    Mpich,

    /// <summary>The standard ABI of MPI-5 (libmpi_abi): handles are small pointer-sized integers.</summary>
    StandardAbi,
}
