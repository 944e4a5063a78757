using System;
using System.Runtime.InteropServices;

namespace HpcVirt.Mpi.Resilience.Halt;

/// <summary>
/// The notice that a batch system gives to the processes of a job: SIGTERM. The first one is kept for the next safe point, where the job hears of it;
/// a second one has its usual effect.
/// </summary>
internal sealed class StopNotice : IDisposable
{
    private readonly int _rank;
    private readonly PosixSignalRegistration _registration;
    private volatile bool _hasCome;
    private bool _isSaid;

    public StopNotice(int rank)
    {
        _rank = rank;
        _registration = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Take);
    }

    public bool HasCome => _hasCome;

    /// <summary>Says it, for it may have come to one rank only.</summary>
    public void SayOnce()
    {
        if (_isSaid)
            return;
        _isSaid = true;
        Console.Error.WriteLine($"hpcvirt: SIGTERM came to rank {_rank}: the job is to save a checkpoint and stop");
    }

    public void Dispose() => _registration.Dispose();

    private void Take(PosixSignalContext signal)
    {
        signal.Cancel = !_hasCome;
        _hasCome = true;
    }
}
