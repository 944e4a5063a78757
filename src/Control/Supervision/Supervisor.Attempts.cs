using System;
using System.Linq;
using System.Threading;
using HpcVirt.Control.Launchers;
using HpcVirt.Control.Native;
using HpcVirt.Control.Processes;
using HpcVirt.Control.Protocol;
using HpcVirt.Mpi.Resilience.Channel;

namespace HpcVirt.Control.Supervision;

/// <summary>How attempts begin, and how they go on after a loss.</summary>
internal sealed partial class Supervisor
{
    private void Launch(LaunchAttempt launch)
    {
        (int attempt, Placement where) = (launch.Attempt, launch.Where);
        SayPlacement(attempt, where);
        _board.Begin(where.Ranks);
        _server.Expect(attempt);
        LaunchCommand command = _options.Launcher.Build(
            PlanOf(launch), JobEnvironment.Of(_options, _directory, _entrance, attempt, _wasTaken, where.Ranks));
        _log.Record("attempt-started", ("attempt", attempt), ("command", command.ToShell()));
        try
        {
            JobProcess process = JobProcess.Start(command, _options.WorkingDirectory, _context.StandardOut, _context.StandardError);
            _attempt = new Attempt(attempt, _options.Launcher, process, _processes, _server, _context.Time);
        }
        catch (ControlException error)
        {
            _log.Say(error.Message);
            Post(new LaunchFailed(attempt, error.Message));
            return;
        }

        _launchedAt = _context.Time.GetTimestamp();
        _attempt.Watch(Post);
        WatchStart(attempt, launch);
        WatchEnd(attempt);
        if (launch is { Beside.IsEmpty: false, Standbys: 0 })
        {
            _timer?.Dispose();
            _timer = _context.Time.CreateTimer(_ => Post(new StartDeadlineReached(attempt)), null, _options.StartTimeout, Timeout.InfiniteTimeSpan);
        }

        if (_options.StallTimeout is not { } timeout) return;
        _stallTimer = _context.Time.CreateTimer(_ => ReportStall(attempt, timeout), null, timeout, timeout / 4);
    }

    /// <summary>All ranks were heard of. In a repair this happens again, and is no start.</summary>
    private void NoteStart()
    {
        if (_state.Repairs > 0) return;
        TimeSpan took = _context.Time.GetElapsedTime(_launchedAt);
        if (_longestStart is not { } longest || took > longest) _longestStart = took;
    }

    private void WatchEnd(int attempt)
    {
        _endWatch?.Dispose();
        _endWatch = null;
        if (!_options.RepairsInJob) return;
        _endWatch = new EndWatch(() => SupervisorProtocol.HaveAllFinished(_state) && _server.IsDeserted, ReportLingering, _context.Time);

        void ReportLingering()
        {
            _log.Say("all processes of the job have ended, and the launcher has not noticed: it is ended");
            _log.Record("launcher-lingers", ("attempt", attempt));
            Post(new LauncherLingers(attempt));
        }
    }

    private void WatchStart(int attempt, LaunchAttempt launch)
    {
        _startWatch?.Dispose();
        _startWatch = new StartWatch(
            new StartWatchOptions
            {
                Ranks = launch.Where.Ranks,
                Hosts = StartWatch.Others(launch.Where.Hosts.Concat(launch.Beside).Select(static h => h.Name), System.Environment.MachineName),
                Timeout = _options.StartTimeout,
                Heard = () => _board.Records().Count,
                Ask = StartWatch.AskAsync,
                Absent = host => Post(new HostLost(attempt, host) { WasAsked = true }),
                EarlierStart = _longestStart,
                Incomplete = heard =>
                {
                    if (heard == 0) _log.Say($"no rank was heard of within {_context.Time.GetElapsedTime(_launchedAt).TotalSeconds:0} s, although an earlier start took {_longestStart?.TotalSeconds:0.0} s: the launcher hangs, and is ended");
                    else _log.Say($"only {heard} of {launch.Where.Ranks} ranks were heard of within {_options.StartTimeout.TotalSeconds:0} s after the first: the others were lost before they could say a word");
                    Post(new RanksMissing(attempt));
                },
            },
            _context.Time);
    }

    /// <summary>Open MPI starts processes later only on hosts that it knew from the start.</summary>
    private JobPlan PlanOf(LaunchAttempt launch) => _options.Plan with
    {
        Ranks = launch.Where.Ranks,
        Hosts = launch.Where.Hosts,
        HostsBeside = launch.Beside,
        Standbys = launch.Standbys,
        RepairsInJob = _options.RepairsInJob,
        UsesUlfm = _options.UsesUlfm,
    };

    /// <summary>Slower than any network that a cluster has: a state that takes longer than this hangs.</summary>
    private const long StateBytesPerSecondMin = 20 << 20;

    private void WatchRepair(int repair, TimeSpan timeout)
    {
        int attempt = _state.Attempt;
        _repairTimer?.Dispose();
        _repairTimer = _context.Time.CreateTimer(_ => Post(new RepairDeadlineReached(attempt, repair)), null, timeout, Timeout.InfiniteTimeSpan);
    }

    private void Move(MoveState move)
    {
        WatchRepair(move.Repair, _options.RepairTimeout + TimeSpan.FromSeconds((double)move.StateBytes / StateBytesPerSecondMin));
        RankRecord mover = _board.Records().First(r => r.Peer.Rank == move.Rank);
        _board.StandStill();
        _board.LetGo(move.Rank);
        _log.Say($"rank {move.Rank} moves from host {mover.Peer.Host} to host {move.To} with {move.StateBytes >> 20} MiB, while the other ranks stand still");
        _log.Record("move-started", ("attempt", _state.Attempt), ("repair", move.Repair), ("rank", move.Rank), ("host", mover.Peer.Host), ("to", move.To), ("stateBytes", move.StateBytes));
        _server.Broadcast(new RequestMoveNow(move.Hold, move.Repair, move.Rank, move.Member, move.IsPrepared));
    }

    private void Repair(RepairLinks repair)
    {
        int attempt = _state.Attempt;
        WatchRepair(repair.Repair, _options.RepairTimeout);
        RankRecord lost = _board.Records().First(r => r.Peer.Rank == repair.Rank);

        if (repair.To is { } target)
        {
            _board.LetGo(repair.Rank);
            _board.ForgetLost();
            _log.Say($"rank {repair.Rank} moves from host {lost.Peer.Host} to host {target}");
            _log.Record("move-started", ("attempt", attempt), ("repair", repair.Repair), ("rank", repair.Rank), ("host", lost.Peer.Host), ("to", target));
            _server.Broadcast(repair.Member is { } mover ? new RequestTakeIn(repair.Repair, repair.Rank, mover) : new RequestRepair(repair.Repair, repair.Rank, target));
            return;
        }

        // Its connection ended, which the kernel does when it ends a process; this is for the one that only closed it.
        lost.Peer.Process?.Signal(Signals.Kill);
        SayLoss(lost, status: null);
        _board.ForgetLost();
        if (repair.Member is { } member)
        {
            _log.Say($"a process that waited takes the place of rank {repair.Rank}, and all begin anew from the newest checkpoint");
            _log.Record("repair-started", ("attempt", attempt), ("repair", repair.Repair), ("rank", repair.Rank), ("host", lost.Peer.Host), ("member", member));
            _server.Broadcast(new RequestTakeIn(repair.Repair, repair.Rank, member));
            return;
        }

        string host = _options.Hosts.Count > 0 ? lost.Peer.Host : "";
        _log.Say($"the other ranks take in a replacement for rank {repair.Rank} and begin anew from the newest checkpoint");
        _log.Record("repair-started", ("attempt", attempt), ("repair", repair.Repair), ("rank", repair.Rank), ("host", lost.Peer.Host));
        _server.Broadcast(new RequestRepair(repair.Repair, repair.Rank, host));
    }
}
