using System;

namespace HpcVirt.Mpi.Resilience.Channel;

/// <summary>Who a rank is, as it introduces itself to the supervisor.</summary>
/// <param name="Rank">Rank in the world communicator, from 0.</param>
/// <param name="Size">Number of ranks of the world communicator.</param>
/// <param name="Program">Name of the program, for the supervisor's log.</param>
public sealed record RankIdentity(int Rank, int Size, string Program)
{
    /// <summary>Process id of the rank; this process by default.</summary>
    public int ProcessId { get; init; } = Environment.ProcessId;

    /// <summary>Name of the rank's host; this machine by default.</summary>
    public string Host { get; init; } = Environment.MachineName;
}
