using System;
using System.Numerics;
using HpcVirt.Simulation.Checkers;
using HpcVirt.Simulation.Events;
using HpcVirt.Simulation.Network;

namespace HpcVirt.Simulation.Ranks;

/// <summary>
/// Collectives as the messages that they are made of. Barriers by dissemination (D. Hensgen, R. Finkel, U. Manber 1988): in round k a rank tells the one
/// 2^k further, and after ceil(log2 n) rounds all have heard from all. Reductions by recursive doubling, whose extra ranks, when n is no power of two,
/// hand their numbers to a neighbour in a round before and get the result in a round behind (R. Thakur, R. Rabenseifner, W. Gropp 2005).
/// </summary>
internal sealed class Collectives(Machine machine, JobCheckers checkers, IRankEvents events)
{
    /// <summary>The library's own communicator, and the one of the end of the program.</summary>
    public const int PrivateContext = -1;
    public const int FinishContext = -2;

    private const int NumberBytes = 8;
    private const int ExchangeNumbers = 3;

    /// <summary>Enters a collective; what it brings is reported as an event.</summary>
    public void Enter(int rank, int context, int number, CollectiveUse use, int stamp, int sums, int request)
    {
        int entered = machine.Collectives.Rent();
        ref Collective collective = ref machine.Collectives[entered];
        ref RankState state = ref machine.Ranks[rank];
        collective.Context = context;
        collective.Number = number;
        collective.Use = use;
        collective.Stamp = stamp;
        collective.Sums = sums;
        collective.Request = request;
        collective.Next = state.Collectives;
        state.Collectives = entered;
        int[]? members = Members(context);
        collective.Size = members?.Length ?? machine.Ranks.Length;
        collective.Index = members is null ? rank : Array.BinarySearch(members, rank);
        if (sums == 0)
            TakeEarly(rank, entered);
        Begin(rank, entered, sums == 0 ? 0 : FirstRound(collective));
    }

    /// <summary>A message of a collective comes.</summary>
    public void Arrive(int arrived)
    {
        ref Message message = ref machine.Messages[arrived];
        int rank = message.Destination;
        int collective = machine.Ranks[rank].Collectives;
        while (collective != 0 && !IsOf(message, machine.Collectives[collective]))
            collective = machine.Collectives[collective].Next;
        if (collective == 0 || !TryTake(rank, collective, arrived))
        {
            message.Next = machine.Ranks[rank].EarlyCollectives;
            machine.Ranks[rank].EarlyCollectives = arrived;
        }
    }

    /// <summary>The rank notices that a collective is complete.</summary>
    public void Notice(int rank, int noticed)
    {
        Collective collective = machine.Collectives[noticed];
        machine.Collectives.Return(noticed);
        events.CollectiveCompleted(rank, collective.Use, collective.Request, collective.Sums);
    }

    private static bool IsOf(in Message message, in Collective collective) =>
        message.Communicator == collective.Context && message.Sequence == collective.Number;

    private int[]? Members(int context) => context < 0 ? null : machine.Program.Communicators[context];

    private static int FirstRound(in Collective collective) => collective.Index < 2 * Extra(collective) ? 0 : 1;

    /// <summary>Members beyond the largest power of two.</summary>
    private static int Extra(in Collective collective) => collective.Size - (1 << BitOperations.Log2((uint)collective.Size));

    /// <summary>The last round of a reduction: the result goes back to those that handed their numbers to a neighbour.</summary>
    private static int LastRound(in Collective collective) => BitOperations.Log2((uint)collective.Size) + 1;

    private void Begin(int rank, int begun, int round)
    {
        ref Collective collective = ref machine.Collectives[begun];
        collective.Round = round;
        collective.IsBegun = true;
        if (collective.Sums == 0)
        {
            BeginBarrierRound(rank, begun);
            return;
        }

        bool isExtra = collective.Index < 2 * Extra(collective);
        int last = LastRound(collective);
        if (round == 0 && (collective.Index & 1) == 0)
        {
            collective.Round = last;
            Tell(rank, collective, collective.Index + 1, 0);
        }
        else if (round == last)
        {
            if (isExtra)
                Tell(rank, collective, collective.Index - 1, last);
            Complete(rank, begun);
            return;
        }
        else if (round > 0)
        {
            Tell(rank, collective, Partner(collective, round), round);
        }

        TakeEarly(rank, begun);
    }

    private void BeginBarrierRound(int rank, int begun)
    {
        ref Collective collective = ref machine.Collectives[begun];
        while (1L << collective.Round < collective.Size)
        {
            Tell(rank, collective, (int)((collective.Index + (1L << collective.Round)) % collective.Size), collective.Round);
            if ((collective.RoundsCome >> collective.Round & 1) == 0)
                return;
            collective.Round++;
        }

        Complete(rank, begun);
    }

    /// <summary>Recursive doubling runs over the ranks that are left when of each pair of extra ones only the odd one stays.</summary>
    private static int Partner(in Collective collective, int round)
    {
        int extra = Extra(collective);
        int index = collective.Index < 2 * extra ? collective.Index >> 1 : collective.Index - extra;
        int partner = index ^ (1 << (round - 1));
        return partner < extra ? (2 * partner) + 1 : partner + extra;
    }

    /// <summary>Takes a message if its round is the awaited one; of a barrier, any.</summary>
    private bool TryTake(int rank, int taking, int arrived)
    {
        ref Collective collective = ref machine.Collectives[taking];
        ref Message message = ref machine.Messages[arrived];
        if (message.Tag != Label(collective))
        {
            machine.Findings.Add($"order: rank {rank} is in {collective.Use} {collective.Stamp} while rank {message.Source} is in another collective of the same number");
            Take(arrived);
            return true;
        }

        if (collective.Sums == 0)
        {
            collective.RoundsCome |= 1UL << message.Round;
            Take(arrived);
            if (collective.IsBegun && message.Round == collective.Round)
            {
                collective.Round++;
                BeginBarrierRound(rank, taking);
            }

            return true;
        }

        if (message.Round != collective.Round)
            return false;
        Combine(ref machine.Sums[collective.Sums], machine.Sums[message.Payload], collective.Use, isResult: message.Round == LastRound(collective));
        machine.Sums.Return(message.Payload);
        Take(arrived);
        if (message.Round == LastRound(collective))
            Complete(rank, taking);
        else
            Begin(rank, taking, message.Round + 1);
        return true;
    }

    private void Take(int arrived)
    {
        if (machine.Messages[arrived].Communicator >= 0)
            checkers.CollectiveTaken();
        machine.Messages.Return(arrived);
    }

    /// <summary>Takes what came before this rank was ready for it.</summary>
    private void TakeEarly(int rank, int taking)
    {
        int previous = 0;
        int message = machine.Ranks[rank].EarlyCollectives;
        while (message != 0)
        {
            int next = machine.Messages[message].Next;
            ref Collective collective = ref machine.Collectives[taking];
            bool isWanted = IsOf(machine.Messages[message], collective) && (collective.Sums == 0 || machine.Messages[message].Round == collective.Round);
            if (!isWanted)
            {
                previous = message;
                message = next;
                continue;
            }

            if (previous == 0)
                machine.Ranks[rank].EarlyCollectives = next;
            else
                machine.Messages[previous].Next = next;
            if (collective.Sums != 0)
            {
                // Taking it may begin the next round, which looks for itself.
                _ = TryTake(rank, taking, message);
                return;
            }

            _ = TryTake(rank, taking, message);
            message = next;
        }
    }

    private static void Combine(ref Sums mine, in Sums theirs, CollectiveUse use, bool isResult)
    {
        for (int number = 0; number < Mpi.Resilience.Quiesce.Protocol.QuiesceProof.Length; number++)
        {
            mine[number] = isResult ? theirs[number]
                : use == CollectiveUse.Exchange ? Math.Max(mine[number], theirs[number])
                : mine[number] + theirs[number];
        }
    }

    private static int Label(in Collective collective) => ((int)collective.Use << 24) ^ collective.Stamp;

    private void Tell(int rank, in Collective collective, int index, int round)
    {
        int told = machine.Messages.Rent();
        ref Message message = ref machine.Messages[told];
        message.Kind = MessageKind.Collective;
        message.Source = rank;
        message.Destination = Members(collective.Context) is { } members ? members[index] : index;
        message.Communicator = collective.Context;
        message.Sequence = collective.Number;
        message.Tag = Label(collective);
        message.Round = round;
        if (collective.Sums != 0)
        {
            message.Payload = machine.Sums.Rent();
            machine.Sums[message.Payload] = machine.Sums[collective.Sums];
            message.Bytes = NumberBytes * (collective.Use == CollectiveUse.Proof ? Mpi.Resilience.Quiesce.Protocol.QuiesceProof.Length : ExchangeNumbers);
        }

        if (collective.Context >= 0)
            checkers.CollectiveSent(rank);
        else
            CountCost(rank, collective.Use, message.Bytes);
        machine.At(machine.ArrivalNs(message.Bytes), EventKind.MessageArrives, message.Destination, told);
    }

    private void CountCost(int rank, CollectiveUse use, int bytes)
    {
        ref RankState state = ref machine.Ranks[rank];
        if (use is CollectiveUse.Exchange)
            state.AgreementMessages++;
        if (use is not (CollectiveUse.Gather or CollectiveUse.Proof or CollectiveUse.Release))
            return;
        state.QuiesceMessages++;
        state.QuiesceRounds++;
        state.QuiesceBytes += bytes + NetworkOptions.EnvelopeBytes;
    }

    private void Complete(int rank, int completed)
    {
        ref int link = ref machine.Ranks[rank].Collectives;
        while (link != completed)
            link = ref machine.Collectives[link].Next;
        link = machine.Collectives[completed].Next;
        machine.At(machine.PollNs(), EventKind.CollectiveDone, rank, completed);
    }
}
