using System;
using MpiIds = MPI.AgreedIds;

namespace HpcVirt.Mpi.Resilience.Quiesce.Protocol;

/// <summary>
/// What a rank contributes to the proof, and how the sum over all ranks is judged. Every pair's counters enter with plus at the sender and with
/// minus at the receiver, weighted with the pair's own hash; so the sum is zero when all pairs are equal, and otherwise only with probability
/// 2^-128. One reduction of 72 bytes, whatever the number of ranks and of pairs.
/// </summary>
internal ref struct QuiesceProof
{
    /// <summary>Numbers in the reduction, all of them summed modulo 2^64.</summary>
    public const int Length = 9;

    /// <summary>Two counts of ranks in one number: there are less than 2^32.</summary>
    private const int HoldShift = 32;

    private const ulong SecondLane = 0xA0761D6478BD642F;
    private const ulong CollectiveLane = 0xE7037ED1A0B428DB;

    private readonly Span<ulong> _sums;

    /// <param name="sums">Room for <see cref="Length"/> numbers, which are overwritten.</param>
    /// <param name="attempt">The attempt that the vote belongs to.</param>
    public QuiesceProof(Span<ulong> sums, long attempt)
    {
        _sums = sums[..Length];
        _sums.Clear();
        _sums[3] = (ulong)attempt;
    }

    /// <summary>Counts a message pair's traffic in: what the sender sent.</summary>
    public readonly void AddSent(ulong communicator, int source, int destination, long messages) => AddPair(communicator, source, destination, (ulong)messages);

    /// <summary>Counts a message pair's traffic out: what the receiver received.</summary>
    public readonly void AddReceived(ulong communicator, int source, int destination, long messages) => AddPair(communicator, source, destination, 0 - (ulong)messages);

    /// <summary>
    /// Counts the collective calls that this rank has entered on a communicator. The first of its ranks takes off what the others bring, so that the
    /// sum is zero when all have entered as many.
    /// </summary>
    public readonly void AddCollectives(ulong communicator, long entered, bool isFirst, int ranks)
    {
        ulong weight = MpiIds.Mix(communicator ^ CollectiveLane ^ MpiIds.Mix((ulong)entered));
        _sums[2] += isFirst ? 0 - (weight * (ulong)(ranks - 1)) : weight;
    }

    /// <summary>Votes against the silence; what the counters say no longer matters.</summary>
    public readonly void VoteNo(bool hasReason)
    {
        _sums[4] = 1;
        _sums[5] = hasReason ? 1UL : 0;
    }

    /// <summary>Says how many messages this rank has captured and holds.</summary>
    public readonly void AddCaptured(int messages) => _sums[6] += (ulong)messages;

    /// <summary>Says what this rank wants to be done when the job is silent.</summary>
    public readonly void AddWishes(bool checkpoint, bool stop, bool hold)
    {
        _sums[7] = checkpoint ? 1UL : 0;
        _sums[8] = (stop ? 1UL : 0) | (hold ? 1UL << HoldShift : 0);
    }

    /// <summary>Judges the sum over all ranks.</summary>
    public static QuiesceVerdict Judge(ReadOnlySpan<ulong> sums, int ranks, long attempt)
    {
        bool isEqual = (sums[0] | sums[1]) == 0;
        bool sameAttempt = sums[3] == (ulong)attempt * (ulong)ranks;
        return new QuiesceVerdict(
            IsSilent: isEqual && sums[2] == 0 && sameAttempt && sums[4] == 0,
            Noes: (long)sums[4],
            Reasons: (long)sums[5],
            PairsDiffer: !isEqual,
            CollectivesDiffer: sums[2] != 0,
            CapturedMessages: (long)sums[6],
            Checkpoint: sums[7] != 0,
            Stop: (uint)sums[8] != 0,
            Hold: sums[8] >> HoldShift != 0);
    }

    private readonly void AddPair(ulong communicator, int source, int destination, ulong messages)
    {
        ulong pair = communicator ^ MpiIds.Mix(((ulong)(uint)source << 32) | (uint)destination);
        _sums[0] += messages * MpiIds.Mix(pair);
        _sums[1] += messages * MpiIds.Mix(pair ^ SecondLane);
    }
}

/// <summary>What all ranks learn from the proof, alike.</summary>
/// <param name="IsSilent">Nothing is in flight.</param>
/// <param name="Noes">Ranks that voted no.</param>
/// <param name="Reasons">Ranks that have sent their reasons to rank 0.</param>
/// <param name="PairsDiffer">Some pair's counters differ; means something only when nobody voted no.</param>
/// <param name="CollectivesDiffer">Ranks have entered different numbers of collective calls; likewise.</param>
/// <param name="CapturedMessages">Messages that were captured and not yet received, over all ranks.</param>
/// <param name="Checkpoint">Somebody wants a checkpoint.</param>
/// <param name="Stop">Somebody wants the job to stop.</param>
/// <param name="Hold">Somebody wants the job to be held.</param>
internal readonly record struct QuiesceVerdict(
    bool IsSilent, long Noes, long Reasons, bool PairsDiffer, bool CollectivesDiffer, long CapturedMessages, bool Checkpoint, bool Stop, bool Hold);
