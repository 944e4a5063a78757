using System.Collections.Generic;

namespace MPI.Traffic;

/// <summary>
/// What this process knows of the job's traffic. Off by default, and then every call pays one null check; the resilience layer switches it on
/// before the first message, so that the counters are complete.
/// </summary>
internal static class TrafficLedger
{
    private static readonly List<Communicator> Counted = [];

    /// <summary>The live requests, or null while the ledger is off.</summary>
    public static LiveRequests? Requests { get; private set; }

    /// <summary>The messages held by matched probes, or null while the ledger is off.</summary>
    public static HeldMessages? Held { get; private set; }

    public static bool IsOn => Requests is not null;

    /// <summary>The communicators that are counted: world, self, and everything derived since the ledger was switched on and not yet freed.</summary>
    public static IReadOnlyList<Communicator> Communicators => Counted;

    /// <summary>Starts to count on the world and self communicators and on all that will be derived from them.</summary>
    public static void SwitchOn()
    {
        if (IsOn)
            return;
        Requests = new LiveRequests();
        Held = new HeldMessages();
        Register(Communicator.world);
        Register(Communicator.self);
    }

    /// <summary>Called for every new communicator; does nothing while the ledger is off.</summary>
    public static void Register(Communicator communicator)
    {
        if (!IsOn)
            return;
        communicator.Traffic = new PairTraffic(communicator.AgreedId, communicator.PeerCount);
        Counted.Add(communicator);
    }

    public static void Forget(Communicator communicator) => Counted.Remove(communicator);
}
