using MPI.Native;

namespace MPI;

/// <summary>The kinds of communicators, each with a class of its own.</summary>
internal enum CommunicatorKind
{
    Intra,
    Inter,
    Cartesian,
    Graph,
}

/// <summary>Asks the library what kind of communicator a handle is.</summary>
internal static class CommunicatorKinds
{
    public static unsafe CommunicatorKind Of(nint handle)
    {
        int isInter = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Comm_test_inter(handle, &isInter), "MPI_Comm_test_inter");
        if (isInter != 0)
            return CommunicatorKind.Inter;

        int topology = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Topo_test(handle, &topology), "MPI_Topo_test");
        if (topology == Abi.Table.TopologyCartesian)
            return CommunicatorKind.Cartesian;
        return topology == Abi.Table.TopologyGraph ? CommunicatorKind.Graph : CommunicatorKind.Intra;
    }
}
