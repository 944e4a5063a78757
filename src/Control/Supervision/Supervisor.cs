using System;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Linq;
using System.Threading;
using HpcVirt.Control.Channel;
using HpcVirt.Control.Launchers;
using HpcVirt.Control.Logging;
using HpcVirt.Control.Native;
using HpcVirt.Control.Processes;
using HpcVirt.Control.Protocol;
using HpcVirt.Mpi.Resilience.Channel;

namespace HpcVirt.Control.Supervision;

/// <summary>
/// The driver of <see cref="SupervisorProtocol"/>: one loop takes events, asks the protocol, and performs its effects. Threads of
/// connections, signals and timers only post events.
/// </summary>
internal sealed class Supervisor : IDisposable
{
    /// <summary>More events than a job has ranks wait only if the loop is ending an attempt; then the posters wait too.</summary>
    private const int QueuedEventsMax = 65_536;

    private readonly SupervisorOptions _options;
    private readonly SupervisorContext _context;
    private readonly Random _random;
    private readonly BlockingCollection<SupervisorEvent> _events = new(QueuedEventsMax);
    private readonly JobLog _log;
    private readonly RuntimeDirectory _directory;
    private readonly Reaper _reaper;
    private readonly RankBoard _board;
    private readonly KillRehearsal _kills;
    private readonly RemoteEntrance? _entrance;
    private readonly ControlServer _server;
    private readonly JobProcesses _processes;
    private readonly HostPulse? _pulse;
    private volatile SupervisorState _state;

    /// <summary>Whether the attempt before was ended from outside: its checkpoint is not to blame.</summary>
    private bool _wasTaken;

    [SuppressMessage("Usage", "CA2213", Justification = "Disposed of in Dispose, after its processes have ended.")]
    private Attempt? _attempt;
    private string? _placement;
    private ITimer? _timer;
    private ITimer? _stallTimer;
    private ITimer? _repairTimer;
    private StartWatch? _startWatch;
    private Conclude? _conclusion;

    public Supervisor(SupervisorOptions options, SupervisorContext context)
    {
        _options = options.Validated();
        _context = context;
        _random = new Random(options.Seed);
        _state = new SupervisorState(options.RestartsMax)
        {
            Ranks = options.Plan.Ranks,
            RanksMin = options.RanksMin ?? options.Plan.Ranks,
            Hosts = HostPool.Of(options.Hosts, options.Spares),
            RepairsInJob = options.RepairsInJob,
            WarmSpares = options.WarmSpares,
        };
        _log = new JobLog(context.StandardError, context.Events);
        _processes = new JobProcesses(options.JobId);
        _directory = RuntimeDirectory.Create(options.JobId, context.Variable);
        _reaper = new Reaper(options.JobId, _directory.Path);
        _board = new RankBoard(_log, Post, context.Time, Answer);
        _kills = new KillRehearsal(_options, _random, _board, _log, context.Time);
        _entrance = options.Hosts.Count > 0 ? RemoteEntrance.Open(options.Plan.Ranks, context.Time) : null;
        _server = new ControlServer(_directory, options.Plan.Ranks, _board, context.Time, _entrance, options.HostTimeout);
        if (_entrance is not null) _pulse = new HostPulse(_server, _board, options.SilenceTimeout, ReportSilence, context.Time);
    }

    /// <summary>The command that would be executed for the first attempt; starts nothing.</summary>
    public static LaunchCommand DryRun(SupervisorOptions options) =>
        options.Validated().Launcher.Build(options.Plan with { Hosts = options.Hosts, RepairsInJob = options.RepairsInJob }, JobEnvironment.Of(options, directory: null, entrance: null, attempt: 1, wasTaken: false));

    /// <summary>Gives an event to the loop; may be called by any thread.</summary>
    public void Post(SupervisorEvent happened)
    {
        try
        {
            _events.Add(happened);
        }
        catch (ObjectDisposedException)
        {
            // The job is over; a late word has no listener.
        }
    }

    /// <summary>The ranks of this host, for observers of a rehearsal.</summary>
    public RankBoard Ranks => _board;

    /// <summary>Runs the job to its end.</summary>
    public SupervisorResult Run()
    {
        SayStart();
        Post(new Begin());
        while (_conclusion is null)
        {
            SupervisorEvent happened = _events.Take();
            HostPool before = _state.Hosts;
            (_state, ImmutableArray<SupervisorEffect> effects) = SupervisorProtocol.Next(_state, happened);
            if (happened is StopAsked stop) SayStop(_state, stop.Signal);
            if (happened is RepairDeadlineReached && !effects.IsEmpty)
                _log.Say($"the replacement for rank {_state.Awaited} does not go on within {_options.RepairTimeout.TotalSeconds:0.#} s: the ranks are ended, and the job is launched anew");

            if (happened is StartDeadlineReached && !effects.IsEmpty)
                _log.Say($"no rank was heard of within {_options.StartTimeout.TotalSeconds:0} s; a spare may not answer: the job is launched anew without warm spares");

            // All ranks of a host that is lost report it.
            if (happened is DrainAsked or HostReturned || (happened is HostLost lost && before.IsUsable(lost.Host))) SayHost(happened);
            foreach (SupervisorEffect effect in effects) Perform(effect);
        }

        return Close(_conclusion);
    }

    public void Dispose()
    {
        _timer?.Dispose();
        _stallTimer?.Dispose();
        _repairTimer?.Dispose();
        _startWatch?.Dispose();
        _kills.Dispose();
        _pulse?.Dispose();
        _attempt?.End(withGrace: false);
        _attempt?.Dispose();
        _server.Dispose();
        _server.WaitUntilQuiet(TimeSpan.FromSeconds(1));
        _board.Dispose();
        _directory.Dispose();
        _reaper.Dispose();
        _events.Dispose();
    }

    private void Perform(SupervisorEffect effect)
    {
        switch (effect)
        {
            case LaunchAttempt launch: Launch(launch); break;
            case AskRanksToStop: AskToStop(); break;
            case RepairLinks repair: Repair(repair); break;
            case AskRanksForCheckpoint ask: _server.Broadcast(new RequestCheckpoint(ask.Request)); break;
            case ForwardSignal forward: _attempt?.Forward(forward.Signal, onOtherHosts: _options.Hosts.Count > 0); break;
            case EndAttempt end: End(end.WithGrace); break;
            case StartBackoff backoff: BackOff(backoff.FailuresInARow); break;
            case Conclude conclude: _conclusion = conclude; break;
            default: throw new InvalidOperationException($"The supervisor cannot perform {effect}.");
        }
    }

    private void Launch(LaunchAttempt launch)
    {
        (int attempt, Placement where) = (launch.Attempt, launch.Where);
        SayPlacement(attempt, where);
        _board.Begin();
        _server.Expect(attempt);
        LaunchCommand command = _options.Launcher.Build(
            PlanOf(launch), JobEnvironment.Of(_options, _directory, _entrance, attempt, _wasTaken));
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

        _attempt.Watch(Post);
        WatchStart(attempt, launch);
        if (!launch.Beside.IsEmpty)
        {
            _timer?.Dispose();
            _timer = _context.Time.CreateTimer(_ => Post(new StartDeadlineReached(attempt)), null, _options.StartTimeout, Timeout.InfiniteTimeSpan);
        }

        if (_options.StallTimeout is not { } timeout) return;
        _stallTimer = _context.Time.CreateTimer(_ => ReportStall(attempt, timeout), null, timeout, timeout / 4);
    }

    private void WatchStart(int attempt, LaunchAttempt launch)
    {
        _startWatch?.Dispose();
        _startWatch = new StartWatch(
            new StartWatchOptions
            {
                Ranks = launch.Where.Ranks,
                Hosts = [.. launch.Where.Hosts.Concat(launch.Beside).Select(static h => h.Name)],
                Timeout = _options.StartTimeout,
                Heard = () => _board.Records().Count,
                Ask = StartWatch.AskAsync,
                Absent = host =>
                {
                    _log.Say($"host {host} does not answer, and not all ranks were heard of yet");
                    Post(new HostLost(attempt, host));
                },
                Incomplete = heard =>
                {
                    _log.Say($"only {heard} of {launch.Where.Ranks} ranks were heard of within {_options.StartTimeout.TotalSeconds:0} s after the first: the others were lost before they could say a word");
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
        RepairsInJob = _options.RepairsInJob,
    };

    private void ReportStall(int attempt, TimeSpan timeout)
    {
        if (_board.IsStalled(timeout)) Post(new Stalled(attempt));
    }

    private Answer Answer(Ask ask) => new OperatorDesk(_options, () => _state, _board.Records, Post, _context.Time).Answer(ask);

    private void ReportSilence(RankPeer rank)
    {
        _log.Say($"{rank} has said nothing for {_options.SilenceTimeout.TotalSeconds:0} s although its host answers: it is stopped, or hangs; it is ended");
        _log.Record("rank-silent", ("attempt", rank.Attempt), ("rank", rank.Rank), ("pid", rank.ProcessId), ("host", rank.Host));
        Post(new RankSilent(rank.Attempt, rank.Rank));
    }

    private void Repair(RepairLinks repair)
    {
        int attempt = _state.Attempt;
        _repairTimer?.Dispose();
        _repairTimer = _context.Time.CreateTimer(_ => Post(new RepairDeadlineReached(attempt, repair.Repair)), null, _options.RepairTimeout, Timeout.InfiniteTimeSpan);
        RankRecord lost = _board.Records().First(r => r.Peer.Rank == repair.Rank);

        if (repair.To is { } target)
        {
            _board.LetGo(repair.Rank);
            _board.ForgetLost();
            _log.Say($"rank {repair.Rank} moves from host {lost.Peer.Host} to host {target}");
            _log.Record("move-started", ("attempt", attempt), ("repair", repair.Repair), ("rank", repair.Rank), ("host", lost.Peer.Host), ("to", target));
            _server.Broadcast(new RequestRepair(repair.Repair, repair.Rank, target));
            return;
        }

        // Its connection ended, which the kernel does when it ends a process; this is for the one that only closed it.
        lost.Peer.Process?.Signal(Signals.Kill);
        SayLoss(lost, status: null);
        _board.ForgetLost();
        string host = _options.Hosts.Count > 0 ? lost.Peer.Host : "";
        _log.Say($"the other ranks take in a replacement for rank {repair.Rank} and begin anew from the newest checkpoint");
        _log.Record("repair-started", ("attempt", attempt), ("repair", repair.Repair), ("rank", repair.Rank), ("host", lost.Peer.Host));
        _server.Broadcast(new RequestRepair(repair.Repair, repair.Rank, host));
    }

    private void AskToStop()
    {
        _server.AskToStop();
        int attempt = _state.Attempt;
        _timer?.Dispose();
        _timer = _context.Time.CreateTimer(_ => Post(new StopDeadlineReached(attempt)), null, _options.StopTimeout, Timeout.InfiniteTimeSpan);
    }

    private void End(bool withGrace)
    {
        _stallTimer?.Dispose();
        _startWatch?.Dispose();
        (ExitStatus? status, bool allGone, string[] unreachable) = _attempt!.End(withGrace);
        _attempt.Dispose();
        _attempt = null;
        SayEnd(status ?? _state.Status);
        if (!allGone) _log.Say("some processes of the job did not end after SIGKILL; the kernel holds them in I/O. Look for HPCVIRT_JOB_ID=" + _options.JobId + " in /proc/*/environ.");
        foreach (string host in unreachable) _log.Say($"host {host} is out of reach: ranks there end themselves, and it gets none until `hpcvirt undrain {host}`");
        Post(new AttemptEnded(_state.Attempt, status) { UnreachableHosts = [.. unreachable] });
    }

    private void BackOff(int failuresInARow)
    {
        TimeSpan delay = _options.Backoff.DelayAfter(failuresInARow, _random);
        string origin = !_options.Restore ? "from the beginning (restoring is switched off)"
            : _state.CommittedStep is { } step ? $"from the checkpoint at step {step}"
            : "from the newest checkpoint if there is one (none was reported in this run)";
        _log.Say($"attempt {_state.Attempt + 1} of {_options.RestartsMax + 1} starts in {delay.TotalSeconds:0.0#} s {origin}");
        _log.Record("back-off", ("attempt", _state.Attempt), ("seconds", delay));
        int attempt = _state.Attempt;
        _timer?.Dispose();
        _timer = _context.Time.CreateTimer(_ => Post(new BackoffElapsed(attempt)), null, delay, Timeout.InfiniteTimeSpan);
    }

    private SupervisorResult Close(Conclude conclusion)
    {
        if (_kills.Missing > 0) _log.Say($"rehearsal: {_kills.Missing} planned kills were not carried out, for their commits never came");
        int exitCode = ConclusionReport.ExitCodeOf(conclusion);
        _log.Say(ConclusionReport.SentenceOf(conclusion, _state));
        _log.Record("job-ended", ("outcome", conclusion.Outcome.ToString()), ("exitCode", exitCode), ("attempts", _state.Attempt), ("rehearsedKills", _kills.Done));
        return new SupervisorResult(conclusion.Outcome, exitCode, _state.Attempt, _kills.Done, _board.Restores, _board.Commits);
    }

    /// <summary>Where ranks go is news when it is not where they were.</summary>
    private void SayPlacement(int attempt, Placement where)
    {
        if (where.Hosts.IsEmpty) return;
        string hosts = string.Join(", ", where.Hosts.Select(static h => $"{h.Name}:{h.Slots}"));
        string fewer = where.Ranks < _options.Plan.Ranks ? $", {where.Ranks} ranks instead of {_options.Plan.Ranks} for want of hosts" : "";
        if (hosts != _placement) _log.Say($"attempt {attempt} runs on {hosts}{fewer}");
        _placement = hosts;
        _log.Record("placed", ("attempt", attempt), ("hosts", hosts), ("ranks", where.Ranks));
    }

    private void SayStart()
    {
        string checkpoints = _options.Checkpoints is { } directory ? $"checkpoints in {directory}" : "checkpoints where the program puts them";
        _log.Say($"job {_options.JobId}: {_options.Plan.Ranks} ranks under {_options.Launcher.Name}, at most {_options.RestartsMax} restarts, {checkpoints}");
        foreach (string origin in _options.Origins) _log.Say(origin);
        if (_options.Kills.Count > 0) _log.Say($"rehearsal: {_options.Kills.Count} planned kills, seed {_options.Seed}");
        _log.Record("job-started", ("job", _options.JobId), ("ranks", _options.Plan.Ranks), ("mpi", _options.Launcher.Name), ("restartsMax", _options.RestartsMax), ("checkpoints", _options.Checkpoints), ("seed", _options.Seed));
    }

    private void SayStop(SupervisorState state, int signal)
    {
        if (state.Phase == SupervisorPhase.Stopping && state.RankSeen)
            _log.Say($"asked to stop ({Signals.NameOf(signal)}): saving a checkpoint first, for at most {_options.StopTimeout.TotalSeconds:0} s. Ask again to stop at once.");
        else if (state.Phase == SupervisorPhase.Ending)
            _log.Say("stopping at once");
    }

    private void SayHost(SupervisorEvent happened)
    {
        (string name, string host, string sentence) = happened switch
        {
            DrainAsked drain => ("drain-asked", drain.Host, _state.IsRelocating ? $"host {drain.Host} is to be emptied: saving a checkpoint, then going on elsewhere" : $"host {drain.Host} is to stay empty"),
            HostReturned returned => ("host-returned", returned.Host, $"host {returned.Host} may take ranks again"),
            HostLost lost => ("host-lost", lost.Host, _state.RankSeen ? $"host {lost.Host} is lost: it has acknowledged nothing for {_options.HostTimeout.TotalSeconds:0.#} s" : $"host {lost.Host} is lost"),
            _ => throw new InvalidOperationException($"{happened} is not about a host."),
        };
        _log.Say(sentence);
        _log.Record(name, ("attempt", _state.Attempt), ("host", host));
    }

    private void SayLoss(RankRecord lost, ExitStatus? status)
    {
        string step = lost.Step is { } at ? $"at step {at}" : "before its first step";
        ExitStatus? cause = lost.Peer.Process?.TryGetExitStatus() ?? (status is { Signal: not null } ? status : null);
        bool isHostGone = _options.Hosts.Count > 0 && !_state.Hosts.IsUsable(lost.Peer.Host);
        _wasTaken = _state.Failures.IsEmpty && (cause?.IsFromOutside ?? isHostGone);
        string why = lost.ProtocolError ?? cause?.ToString() ?? "its connection ended without a goodbye";
        _log.Say($"{lost.Peer} was lost {step}: {why}");
        _log.Record("rank-lost", ("attempt", _state.Attempt), ("rank", lost.Peer.Rank), ("pid", lost.Peer.ProcessId), ("host", lost.Peer.Host), ("step", lost.Step), ("cause", why));
    }

    private void SayEnd(ExitStatus? status)
    {
        _wasTaken = false;
        if (_board.FirstLost is { } lost)
        {
            SayLoss(lost, status);
        }
        else if (status is { Code: not 0 } failed)
        {
            _log.Say($"attempt {_state.Attempt} ended: {failed}");
        }

        _log.Record("attempt-ended", ("attempt", _state.Attempt), ("status", status?.ToString()));
    }
}
