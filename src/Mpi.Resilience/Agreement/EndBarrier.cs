using System;
using MPI;
using MPI.Native;

namespace HpcVirt.Mpi.Resilience.Agreement;

/// <summary>
/// The barrier that a rank enters when its program has ended. It has a communicator of its own: while a rank stands in it, checkpoints go on with
/// collectives that others enter before it, and MPI wants the collectives of one communicator in the same order on all ranks.
/// </summary>
internal sealed unsafe class EndBarrier : IDisposable
{
    private nint _communicator;
    private nint _request;
    private bool _isEntered;

    /// <summary>Duplicates the world communicator; collective.</summary>
    public EndBarrier(Intracommunicator world)
    {
        nint duplicate = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Comm_dup(world.Handle, &duplicate), "MPI_Comm_dup", world);
        _communicator = duplicate;
    }

    /// <summary>Enters the barrier, unless this rank did so before, and does something again and again until all ranks have entered it.</summary>
    public void Await(Action again)
    {
        if (!_isEntered)
        {
            nint request = 0;
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Ibarrier(_communicator, &request), "MPI_Ibarrier");
            (_request, _isEntered) = (request, true);
        }

        while (!IsComplete())
        {
            Progress.LookUp();
            again();
            LibC.YieldProcessor();
        }
    }

    public void Dispose()
    {
        if (_communicator == Abi.CommNull || MPI.Environment.Finalized)
            return;
        nint communicator = _communicator;
        _communicator = Abi.CommNull;
        _ = NativeMpi.MPI_Comm_free(&communicator);
    }

    private bool IsComplete()
    {
        if (_request == 0)
            return true;
        NativeStatus ignored;
        ErrorCheck.ThrowIfFailed(Progress.Test(ref _request, out bool isComplete, &ignored), "MPI_Ibarrier");
        if (isComplete)
            _request = 0;
        return isComplete;
    }
}
