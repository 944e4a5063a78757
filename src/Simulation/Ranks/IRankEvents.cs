namespace HpcVirt.Simulation.Ranks;

/// <summary>What message passing and collectives report to whoever runs the ranks.</summary>
internal interface IRankEvents
{
    /// <summary>A request of the program is complete.</summary>
    void RequestCompleted(int rank, int request);

    /// <summary>A message has come that a waiting probe may be looking for.</summary>
    void MessageWaits(int rank);

    /// <summary>A message was received in full, by the program or by the library, and counted in an entry of the ledger.</summary>
    void MessageCounted(int rank, int pair);

    /// <summary>A rank has noticed that a collective is complete; who takes the sums returns them.</summary>
    void CollectiveCompleted(int rank, CollectiveUse use, int request, int sums);
}
