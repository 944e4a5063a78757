using System;
using HpcVirt.Mpi.Resilience;
using MPI;

namespace HpcVirt.Benchmarks.Mpi.Measuring;

/// <summary>Two communicators of the same ranks in one process: one that was made before the ledger was switched on, and one after it.</summary>
internal sealed class LedgerOnOff : IDisposable
{
    private readonly ResilientSession _session;

    public LedgerOnOff(Intracommunicator world)
    {
        Uncounted = (Intracommunicator)world.Clone();
        _session = ResilientSession.Open(new ResilientOptions { Interval = CheckpointInterval.WhenAsked });
        Counted = (Intracommunicator)world.Clone();
    }

    /// <summary>Messages on it are counted.</summary>
    public Intracommunicator Counted { get; }

    /// <summary>Messages on it are not counted: what a program without resilience pays.</summary>
    public Intracommunicator Uncounted { get; }

    public void Dispose() => _session.Dispose();
}
