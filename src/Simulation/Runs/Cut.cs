using System.Collections.Generic;
using HpcVirt.Simulation.Network;
using HpcVirt.Simulation.Programs;
using HpcVirt.Simulation.Ranks;

namespace HpcVirt.Simulation.Runs;

/// <summary>What a checkpoint holds: of each rank the state of its program, its live requests, and the messages that its program has not received.</summary>
internal sealed record Cut(int Attempt, long Messages, IReadOnlyList<RankCut> Ranks);

/// <summary>One rank's part.</summary>
/// <param name="Program">The program's state.</param>
/// <param name="Requests">In the order of posting. A receive that has completed is posted anew: its message is among the captured ones.</param>
/// <param name="Captured">In the order of sending, which is every pair's order.</param>
internal sealed record RankCut(ProgramState Program, IReadOnlyList<Request> Requests, IReadOnlyList<Message> Captured)
{
    public static RankCut Of(int rank, Machine machine)
    {
        ref RankState state = ref machine.Ranks[rank];
        var captured = new List<Message>();
        for (int message = state.CapturedFirst; message != 0; message = machine.Messages[message].Next)
            captured.Add(machine.Messages[message]);
        var requests = new List<Request>();
        for (int request = state.Requests; request != 0; request = machine.Requests[request].NextOfRank)
        {
            Request kept = machine.Requests[request];
            requests.Add(kept);

            // The library has it, the program does not: it was not returned from a wait.
            if (kept is { Kind: RequestKind.Receive, IsComplete: true })
                captured.Add(MessageOf(rank, kept));
        }

        requests.Sort((one, other) => one.Order.CompareTo(other.Order));
        captured.Sort((one, other) => one.Sequence.CompareTo(other.Sequence));
        return new RankCut(state.Program, requests, captured);
    }

    private static Message MessageOf(int rank, in Request received) => new()
    {
        Kind = MessageKind.Program,
        Source = received.Source,
        Destination = rank,
        Communicator = received.Communicator,
        Tag = received.ReceivedTag,
        Value = received.Value,
        Sequence = received.Sequence,
        HasContent = true,
        IsCaptured = true,
    };
}
