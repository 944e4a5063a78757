using System.Collections.Generic;
using System.Runtime.CompilerServices;

namespace MPI.Traffic;

/// <summary>
/// What this process knows of the job's traffic. Off by default, and then every call pays one null check; the resilience layer switches it on
/// before the first message, so that the counters are complete.
/// </summary>
internal static class TrafficLedger
{
    private static readonly List<Communicator> Counted = [];
    private static readonly List<PairTraffic> FreedTraffic = [];
    private static readonly Dictionary<ulong, List<CapturedMessage>> Restored = [];

    private static CallGate? s_gate;

    /// <summary>The live requests, or null while the ledger is off.</summary>
    public static LiveRequests? Requests { get; private set; }

    /// <summary>The messages held by matched probes, or null while the ledger is off.</summary>
    public static HeldMessages? Held { get; private set; }

    public static bool IsOn => Requests is not null;

    /// <summary>Whether several threads count at once.</summary>
    public static bool IsShared { get; private set; }

    /// <summary>The communicators that are counted: world, self, and everything derived since the ledger was switched on and not yet freed.</summary>
    public static IReadOnlyList<Communicator> Communicators => Counted;

    /// <summary>The traffic of communicators that were freed since the last proof of silence: a message that is still on its way there is lost.</summary>
    public static IReadOnlyList<PairTraffic> Freed => FreedTraffic;

    /// <summary>Messages out of a checkpoint whose communicator the program has not made yet.</summary>
    public static IReadOnlyDictionary<ulong, List<CapturedMessage>> Unclaimed => Restored;

    /// <summary>Holds back other threads than the rank's.</summary>
    public static CallGate Gate => s_gate!;

    /// <summary>Starts to count on the world and self communicators and on all that will be derived from them. Called by the rank's thread.</summary>
    public static void SwitchOn()
    {
        if (IsOn)
            return;
        IsShared = Environment.Threading == Threading.Multiple;
        s_gate = new CallGate(Environment.Threading, System.Environment.CurrentManagedThreadId);
        Requests = new LiveRequests();
        Held = new HeldMessages();
        Register(Communicator.world);
        Register(Communicator.self);
    }

    /// <summary>Counts no more, and forgets everything.</summary>
    /// <returns>The requests that the program has not seen complete: the library may still write to their memory.</returns>
    public static IReadOnlyList<object> SwitchOff()
    {
        object[] live = Requests is null ? [] : [.. Requests.All()];
        Requests = null;
        Held = null;
        s_gate = null;
        foreach (Communicator communicator in Counted) communicator.Traffic = null;
        Counted.Clear();
        FreedTraffic.Clear();
        Restored.Clear();
        return live;
    }

    /// <summary>Called for every new communicator; does nothing while the ledger is off.</summary>
    public static void Register(Communicator communicator)
    {
        if (!IsOn)
            return;
        communicator.Traffic = new PairTraffic(communicator);
        Counted.Add(communicator);
        if (Restored.Remove(communicator.AgreedId, out List<CapturedMessage>? messages))
            Deliver(communicator, messages);
    }

    /// <summary>Called for every communicator that is freed: its counters stay until they are proven equal.</summary>
    public static void Forget(Communicator communicator)
    {
        if (!Counted.Remove(communicator))
            return;
        communicator.Traffic!.Members.Know();
        communicator.Posted?.Captured.Clear();
        FreedTraffic.Add(communicator.Traffic);
    }

    /// <summary>All counters are equal: what was freed need not be remembered.</summary>
    public static void ForgetFreed() => FreedTraffic.Clear();

    /// <summary>Takes over messages out of a checkpoint, in their order; those of a communicator that is still to be made wait for it.</summary>
    public static void Restore(ulong communicatorId, List<CapturedMessage> messages)
    {
        if (Counted.Find(known => known.AgreedId == communicatorId) is { } communicator)
            Deliver(communicator, messages);
        else
            Restored.Add(communicatorId, messages);
    }

    /// <summary>Called before every counted call: other threads than the rank's own may have to wait, or must not call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void EnterCall()
    {
        if (s_gate is { OnlyThread: not 0 } gate && gate.OnlyThread != System.Environment.CurrentManagedThreadId)
            gate.Await();
    }

    private static void Deliver(Communicator communicator, List<CapturedMessage> messages)
    {
        CapturedMessages captured = communicator.PostedOrNew().Captured;
        foreach (CapturedMessage message in messages)
            captured.Add(message);
    }
}
