using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Simulation.Checkers;
using HpcVirt.Simulation.Events;
using HpcVirt.Simulation.Network;
using HpcVirt.Simulation.Ranks;

namespace HpcVirt.Simulation.Runs;

/// <summary>A job of simulated ranks, from its start to its end, with the checkers on.</summary>
internal sealed class SimulatedJob : IRankEvents
{
    private const int EventsPerReport = 1 << 20;

    // A program whose ranks only keep one another busy is stopped; no legal one comes near.
    private const long EventsMaxPerRank = 100_000;

    private readonly JobSetup _setup;
    private readonly Machine _machine;
    private readonly Ledger _ledger;
    private readonly MessagePassing _messages;
    private readonly Collectives _collectives;
    private readonly QuiesceDriver _driver;
    private readonly ProgramRunner _runner;
    private readonly QuiesceCheckers _checkers;
    private readonly MatchingChecker? _matching;

    private int _lost = -1;
    private bool _isOver;

    public SimulatedJob(JobSetup setup)
    {
        _setup = setup;
        _machine = new Machine(setup.Program, setup.Network, setup.Seed);
        _ledger = new Ledger(_machine);
        var silence = new SilenceChecker(setup.Program.Ranks, _machine.Findings);
        _matching = setup.IsRecorded ? new MatchingChecker(setup.Program.Ranks, _machine.Findings) : null;
        var jobCheckers = new JobCheckers(silence, _matching);
        _checkers = new QuiesceCheckers(setup, silence, _matching, _machine.Findings);
        _messages = new MessagePassing(_machine, _ledger, jobCheckers, setup.Fault, this);
        _collectives = new Collectives(_machine, jobCheckers, this);
        _driver = new QuiesceDriver(_machine, setup, _ledger, _messages, _collectives, _checkers);
        _runner = new ProgramRunner(_machine, _messages, _collectives, _driver);
    }

    /// <summary>Runs the job to its end.</summary>
    /// <param name="progress">Told now and then what time it is in the job, and how many events have happened.</param>
    public JobReport Run(Action<long, long>? progress = null)
    {
        Start();
        long events = 0;
        while (!_isOver && _machine.Events.TryTake(out SimulatedEvent happened))
        {
            _machine.NowNs = happened.TimeNs;
            if (_machine.Events.TryLookAhead(Prefetch.Far, out SimulatedEvent far))
            {
                Prefetch.Directly(_machine, far);
                _ = _machine.Events.TryLookAhead(Prefetch.Near, out SimulatedEvent near);
                Prefetch.Behind(_machine, near);
            }

            Dispatch(happened);
            if ((++events & (EventsPerReport - 1)) == 0)
                progress?.Invoke(_machine.NowNs, events);
            if (events > EventsMaxPerRank * _machine.Ranks.Length)
            {
                _machine.Findings.Add("progress: the job does not end");
                break;
            }
        }

        return Report(events);
    }

    public void RequestCompleted(int rank, int request)
    {
        _driver.RequestCompleted(rank, request);
        _runner.RequestCompleted(rank, request);
    }

    public void MessageWaits(int rank) => _runner.MessageWaits(rank);

    public void MessageCounted(int rank, int pair) => _driver.MessageCounted(rank, pair);

    public void CollectiveCompleted(int rank, CollectiveUse use, int request, int sums)
    {
        if (use is not (CollectiveUse.ProgramBarrier or CollectiveUse.ProgramReduction))
        {
            _driver.CollectiveCompleted(rank, use, sums);
            return;
        }

        _machine.Requests[request].IsComplete = true;
        if (sums != 0)
        {
            _machine.Requests[request].Value = _machine.Sums[sums][0];
            _machine.Sums.Return(sums);
        }

        RequestCompleted(rank, request);
    }

    private void Start()
    {
        for (int rank = 0; rank < _machine.Ranks.Length; rank++)
        {
            ref RankState state = ref _machine.Ranks[rank];
            state.Quiesce = Mpi.Resilience.Quiesce.Protocol.QuiesceState.Initial;
            state.Agreement = Mpi.Resilience.Agreement.Protocol.AgreementState.Initial;
            if (_setup.RestartsFrom is { } cut)
                Restore(rank, cut.Ranks[rank]);
            _machine.At(_machine.PollNs(), EventKind.ComputeDone, rank);
        }

        _machine.MessagesSent = _setup.RestartsFrom?.Messages ?? 0;
        foreach (TimedRank request in _setup.Requests)
            _machine.At(request.TimeNs, EventKind.Requested, request.Rank);
        if (_setup.Kill is { } kill)
            _machine.At(kill.TimeNs, EventKind.Killed, kill.Rank);
    }

    /// <summary>Captured messages first, then the receives that find them: the order in which the library delivers.</summary>
    private void Restore(int rank, RankCut cut)
    {
        ref RankState state = ref _machine.Ranks[rank];
        state.Program = cut.Program;
        foreach (Message message in cut.Captured)
        {
            _messages.Restore(rank, message);
            _matching?.Sent(message);
        }

        foreach (Request request in cut.Requests)
        {
            var call = new Programs.Operation(Programs.OperationKind.ReceiveImmediate)
            {
                Peer = request.Peer,
                Tag = request.Tag,
                Communicator = request.Communicator,
                Slot = request.Slot,
            };
            if (request.Kind == RequestKind.Receive)
            {
                _ = _messages.Receive(rank, call);
                continue;
            }

            ref Request completed = ref _machine.Requests[_messages.NewRequest(rank, request.Kind, call)];
            completed.IsComplete = true;
            completed.Value = request.Value;
        }
    }

    private void Dispatch(in SimulatedEvent happened)
    {
        ref RankState state = ref _machine.Ranks[happened.Rank];
        if (state.Activity == RankActivity.Dead && happened.Kind != EventKind.JobEnds)
            return;
        switch (happened.Kind)
        {
            case EventKind.MessageArrives:
                Arrive(happened.Data);
                break;
            case EventKind.ContentArrives:
                _messages.ContentArrives(happened.Data);
                break;
            case EventKind.SendCompletes:
                _messages.SendCompleted(happened.Rank, happened.Data);
                break;
            case EventKind.ComputeDone:
                if (state.Activity == RankActivity.Computing)
                    _runner.Continue(happened.Rank);
                break;
            case EventKind.CollectiveDone:
                _collectives.Notice(happened.Rank, happened.Data);
                break;
            case EventKind.BookmarkTaken:
                _driver.BookmarkTaken(happened.Rank, happened.Data, happened.Stamp);
                break;
            case EventKind.PatienceEnds:
                _driver.PatienceEnds(happened.Rank, happened.Stamp);
                break;
            case EventKind.DeadlinePasses:
                _driver.DeadlinePasses(happened.Rank, happened.Stamp);
                break;
            case EventKind.ActionDone:
                _driver.ActionDone(happened.Rank);
                break;
            case EventKind.Requested:
                state.Requested = true;
                _driver.Finish(happened.Rank);
                break;
            case EventKind.Killed:
                if (state.Activity == RankActivity.Finished)
                    break;
                state.Activity = RankActivity.Dead;
                _lost = happened.Rank;
                _machine.At(_machine.NowNs + _setup.WatchNs, EventKind.JobEnds, happened.Rank);
                break;
            default:
                _isOver = true;
                break;
        }
    }

    private void Arrive(int message)
    {
        switch (_machine.Messages[message].Kind)
        {
            case MessageKind.Program:
                _messages.Arrive(message);
                break;
            case MessageKind.Collective:
                _collectives.Arrive(message);
                break;
            case MessageKind.Bookmark:
                _driver.BookmarkArrives(message);
                break;
            default:
                _driver.WishArrives(message);
                break;
        }
    }

    private JobReport Report(long events)
    {
        bool hasFinished = _checkers.FinishedRanks == _machine.Ranks.Length;
        if (hasFinished)
            _matching?.Ended();
        else if (_lost < 0)
            _machine.Findings.Add($"progress: the job is stuck: {Where()}");
        return new JobReport(_setup, _machine, _checkers, hasFinished ? JobEnd.Finished : _lost >= 0 ? JobEnd.RankLost : JobEnd.Stuck, _lost, events);
    }

    /// <summary>Where ranks are that have not finished.</summary>
    private string Where()
    {
        IEnumerable<string> ranks =
            from rank in Enumerable.Range(0, _machine.Ranks.Length)
            let state = _machine.Ranks[rank]
            where state.Activity != RankActivity.Finished
            select $"rank {rank} is {state.Activity}{(state.Activity == RankActivity.Parked ? $" ({state.Quiesce.Phase})" : "")}";
        return string.Join(", ", ranks.Take(8));
    }
}
