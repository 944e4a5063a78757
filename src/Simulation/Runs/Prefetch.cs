using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using HpcVirt.Simulation.Events;
using HpcVirt.Simulation.Ranks;

namespace HpcVirt.Simulation.Runs;

/// <summary>
/// In a job of a million ranks every event finds its rank and its message outside of the processor's caches. What the events after next will touch is
/// therefore asked for early: a hint, without which everything is the same but slower.
/// </summary>
internal static unsafe class Prefetch
{
    public const int Far = 48;
    public const int Near = 20;

    private const int LineBytes = 64;

    /// <summary>What an event names itself.</summary>
    public static void Directly(Machine machine, in SimulatedEvent coming)
    {
        Fetch(ref machine.Ranks[coming.Rank], 2);
        if (coming.Kind == EventKind.MessageArrives)
            Fetch(ref machine.Messages[coming.Data], 2);
        else if (coming.Kind == EventKind.CollectiveDone)
            Fetch(ref machine.Collectives[coming.Data], 1);
    }

    /// <summary>What is known once the first has come.</summary>
    public static void Behind(Machine machine, in SimulatedEvent coming)
    {
        ref RankState state = ref machine.Ranks[coming.Rank];
        switch (coming.Kind)
        {
            case EventKind.MessageArrives:
                if (state.Collectives != 0)
                    Fetch(ref machine.Collectives[state.Collectives], 1);
                if (machine.Messages[coming.Data] is { Kind: Network.MessageKind.Collective, Payload: not 0 and int payload })
                    Fetch(ref machine.Sums[payload], 2);
                break;
            case EventKind.ComputeDone or EventKind.CollectiveDone:
                Fetch(ref machine.Ranks[coming.Rank], 6);
                if (state.Peers != 0)
                    Fetch(ref machine.Peers[state.Peers], 1);
                break;
        }
    }

    private static void Fetch<T>(ref T first, int lines)
        where T : struct
    {
        if (!Sse.IsSupported)
            return;
        byte* at = (byte*)Unsafe.AsPointer(ref first);
        for (int line = 0; line < lines; line++)
            Sse.Prefetch0(at + (line * LineBytes));
    }
}
