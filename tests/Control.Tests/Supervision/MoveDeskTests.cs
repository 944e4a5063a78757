using System;
using System.Collections.Generic;
using HpcVirt.Control.Channel;
using HpcVirt.Control.Launchers;
using HpcVirt.Control.Protocol;
using HpcVirt.Control.Supervision;
using HpcVirt.Mpi.Resilience.Channel;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Supervision;

/// <summary>How long an operator who moves a rank is kept waiting: five seconds of the clock pass with each look at the state.</summary>
[TestFixture]
public sealed class MoveDeskTests
{
    private readonly ManualTime _time = new();
    private readonly List<SupervisorEvent> _posted = [];
    private SupervisorState _state = null!;
    private string _host = "b";
    private int _looks;

    [SetUp]
    public void Begin()
    {
        _posted.Clear();
        (_host, _looks) = ("b", 0);
        _state = new SupervisorState(RestartsMax: 5)
        {
            Ranks = 2,
            RanksMin = 2,
            RepairsInJob = true,
            Standbys = 1,
            Hosts = HostPool.Of([new HostSlots("a", 1), new HostSlots("b", 1)], [new HostSlots("c", 1)]),
        };
        foreach (SupervisorEvent happened in (SupervisorEvent[])[new Begin(), new RankConnected(1, 0), new RankConnected(1, 1), new StandbyReady(1, 2, "c")]) Post(happened);
    }

    [Test]
    public void A_beginning_that_takes_minutes_holds_nobody_up_and_the_move_has_its_whole_time_afterwards()
    {
        Answer answer = Move(look =>
        {
            if (look == 60) Post(new StandbyPrepared(1, 2, 1, CanMove: true, ""));
            if (look == 66) Post(new RankReadyToMove(1, 0, 1, 4096, ""));
            if (look == 68) (_host, _state) = ("c", _state with { Awaited = null });
        });
        Assert.That((answer.IsDone, answer.Lines[0]), Is.EqualTo((true, "rank 1 is on c now, 340.0 s after the request")));
    }

    [Test]
    public void A_beginning_that_never_ends_is_given_up_and_so_is_a_rank_that_comes_to_no_safe_point([Values] bool isPrepared)
    {
        Answer answer = Move(look =>
        {
            if (isPrepared && look == 1) Post(new StandbyPrepared(1, 2, 1, CanMove: true, ""));
        });
        Assert.That((answer.IsDone, _state.Moving), Is.EqualTo((false, (MoveAsked?)null)));
        Assert.That(_posted[^1], Is.InstanceOf<MoveGivenUp>());
        Assert.That(_looks, isPrepared ? Is.InRange(15, 17) : Is.InRange(134, 137));
    }

    private void Post(SupervisorEvent happened)
    {
        _posted.Add(happened);
        (_state, _) = SupervisorProtocol.Next(_state, happened);
    }

    /// <summary>Asks for the move of rank 1 to c, and lets things happen between the looks, which are counted from 1.</summary>
    private Answer Move(Action<int> happens)
    {
        var options = new SupervisorOptions { Launcher = new OpenMpiLauncher("mpirun"), Plan = new JobPlan(2, new ProgramCommand("program", [])), JobId = "job", Seed = 1 };
        var desk = new OperatorDesk(options, Look, () => [Record(0, "a"), Record(1, _host)], Post, _time);
        return desk.Answer(new Ask(OperatorDesk.Move, "1 c"));

        SupervisorState Look()
        {
            if (_state.Moving is null && _state.Awaited is null && _looks == 0) return _state;
            _time.Advance(TimeSpan.FromSeconds(5));
            happens(++_looks);
            return _state;
        }
    }

    private static RankRecord Record(int rank, string host) => new(new RankPeer(new Hello(rank, 2, 1, host, 1, "program"), 1, isBeside: false));
}
