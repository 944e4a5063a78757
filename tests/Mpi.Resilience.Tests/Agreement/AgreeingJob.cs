using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Mpi.Resilience.Agreement.Protocol;

namespace HpcVirt.Mpi.Resilience.Tests.Agreement;

/// <summary>
/// Ranks that pass safe points in random order, held back only by exchanges that wait for all: the production transition function once per rank,
/// an exact model of the reduction between them.
/// </summary>
internal sealed class AgreeingJob
{
    private readonly Random _random;
    private readonly AgreementState[] _states;
    private readonly List<Exchange> _exchanges = [];
    private readonly int[] _posted;
    private readonly int[] _learned;

    public AgreeingJob(int ranks, int seed)
    {
        _random = new Random(seed);
        _states = [.. Enumerable.Repeat(AgreementState.Initial, ranks)];
        _posted = new int[ranks];
        _learned = new int[ranks];
        ActedAt = [.. Enumerable.Range(0, ranks).Select(_ => new List<(long, AgreementEffects)>())];
    }

    /// <summary>Per rank: the safe points at which something was done, and what.</summary>
    public IReadOnlyList<List<(long, AgreementEffects)>> ActedAt { get; }

    /// <summary>The safe points before which some rank wished, with the stride of that moment; only wishes that had time to take effect.</summary>
    public List<(long WishedAt, int Stride)> Wishes { get; } = [];

    public void Run(long points)
    {
        int[] order = [.. Enumerable.Range(0, _states.Length)];
        while (_states.Any(state => state.Point < points))
        {
            _random.Shuffle(order);
            bool moved = false;
            foreach (int rank in order)
            {
                if (_states[rank].Point < points && !IsHeldBack(rank))
                {
                    Arrive(rank, points);
                    moved = true;
                    break;
                }
            }

            if (!moved)
                throw new InvalidOperationException("No rank can move: the agreement has deadlocked.");
        }
    }

    /// <summary>A rank waits at an exchange point until all ranks have posted the exchange that it is about to complete.</summary>
    private bool IsHeldBack(int rank)
    {
        AgreementState state = _states[rank];
        return state.IsOutstanding && state.Point + 1 >= state.NextExchange && _exchanges[_learned[rank]].Posted < _states.Length;
    }

    private void Arrive(int rank, long points)
    {
        (AgreementState state, AgreementEffects effects) = SafePointAgreement.Next(_states[rank], AgreementEvent.Arrived.Instance);
        if ((effects & AgreementEffects.CompleteExchange) != 0)
        {
            Exchange exchange = _exchanges[_learned[rank]++];
            (state, effects) = SafePointAgreement.Next(state, new AgreementEvent.Learned(new Wishes(exchange.Checkpoint, Stop: false), exchange.StepTimeMax));
        }

        if ((effects & AgreementEffects.Checkpoint) != 0)
            ActedAt[rank].Add((state.Point, effects & AgreementEffects.Checkpoint));
        _states[rank] = state;
        if ((effects & AgreementEffects.PostExchange) != 0)
            Post(rank, points);
    }

    private void Post(int rank, long points)
    {
        int index = _posted[rank]++;
        if (index == _exchanges.Count)
            _exchanges.Add(new Exchange());
        bool wish = _random.Next(10) == 0;
        AgreementState state = _states[rank];
        if (wish && state.Point + (2 * state.Stride) <= points)
            Wishes.Add((state.Point, state.Stride));
        _exchanges[index].Join(wish, TimeSpan.FromMilliseconds(0.5 + (_random.NextDouble() * 5)));
    }

    private sealed class Exchange
    {
        public int Posted { get; private set; }

        public bool Checkpoint { get; private set; }

        public TimeSpan StepTimeMax { get; private set; }

        public void Join(bool wish, TimeSpan stepTime)
        {
            Posted++;
            Checkpoint |= wish;
            StepTimeMax = stepTime > StepTimeMax ? stepTime : StepTimeMax;
        }
    }
}
