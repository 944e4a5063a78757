using System;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Threading;
using HpcVirt.Control.Channel;
using HpcVirt.Control.Launchers;
using HpcVirt.Control.Logging;
using HpcVirt.Control.Processes;
using HpcVirt.Control.Protocol;
using HpcVirt.Mpi.Resilience.Channel;

namespace HpcVirt.Control.Supervision;

/// <summary>
/// The driver of <see cref="SupervisorProtocol"/>: one loop takes events, asks the protocol, and performs its effects. Threads of
/// connections, signals and timers only post events.
/// </summary>
internal sealed partial class Supervisor : IDisposable
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
    private EndWatch? _endWatch;
    private StartWatch? _startWatch;
    private long _launchedAt;
    private TimeSpan? _longestStart;
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
            NeedsNeighbor = options.UsesUlfm,
            WarmSpares = options.WarmSpares,
            Standbys = options.Standbys,
        };
        _log = new JobLog(context.StandardError, context.Events);
        _processes = new JobProcesses(options.JobId, leavesOtherHosts: options.Hosts.Count > 0);
        _directory = RuntimeDirectory.Create(options.JobId, context.Variable, context.Time);
        _reaper = new Reaper(options.JobId, _directory.Path, leavesOtherHosts: options.Hosts.Count > 0);
        _board = new RankBoard(_log, Post, context.Time, Answer);
        _kills = new KillRehearsal(_options, _random, _board, _log, context.Time);
        _entrance = options.Hosts.Count > 0 ? RemoteEntrance.Open(options.Plan.Ranks + options.Standbys, context.Time) : null;
        _server = new ControlServer(_directory, options.Plan.Ranks + options.Standbys, _board, context.Time, _entrance, options.HostTimeout);
        if (_entrance is not null) _pulse = new HostPulse(_server, _board, options.SilenceTimeout, ReportSilence, context.Time);
    }

    /// <summary>The command that would be executed for the first attempt; starts nothing.</summary>
    public static LaunchCommand DryRun(SupervisorOptions options) =>
        options.Validated().Launcher.Build(
            options.Plan with
            {
                Hosts = options.Hosts,
                HostsBeside = [.. HostPool.Of(options.Hosts, options.Spares).Besides(new Placement(options.Plan.Ranks, [.. options.Hosts]), options.Standbys)],
                Standbys = options.Standbys,
                RepairsInJob = options.RepairsInJob,
                UsesUlfm = options.UsesUlfm,
            },
            JobEnvironment.Of(options, directory: null, entrance: null, attempt: 1, wasTaken: false, options.Plan.Ranks));

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
            if (happened is RankConnected && _board.Records().Count == _state.Where?.Ranks) NoteStart();
            if (happened is RepairDeadlineReached && !effects.IsEmpty)
                _log.Say($"the replacement for rank {_state.Awaited} does not go on within {_options.RepairTimeout.TotalSeconds:0.#} s: the ranks are ended, and the job is launched anew");

            if (happened is RankLost { WasAloneThere: true } alone && _state.NeedsNeighbor && effects.Contains(new EndAttempt(WithGrace: true)))
                _log.Say($"rank {alone.Rank} was the only one on host {alone.Host}, where this MPI can connect no other: the job is launched anew");

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
        _endWatch?.Dispose();
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
            case PrepareMove prepare: _server.Broadcast(new RequestPrepare(prepare.Hold, prepare.Rank, prepare.Member)); break;
            case AskRanksToMove move: _server.Broadcast(new RequestMove(move.Hold, _options.StopTimeout, move.Rank)); break;
            case MoveState move: Move(move); break;
            case ReleaseStandbys: _server.Broadcast(new RequestStop()); break;
            case AskRanksForCheckpoint ask: _server.Broadcast(new RequestCheckpoint(ask.Request)); break;
            case AskRanksToHold hold: _server.Broadcast(new RequestHold(hold.Hold, hold.Deadline)); break;
            case AskRanksToGoOn go: _server.Broadcast(new RequestRelease(go.Hold)); break;
            case ForwardSignal forward: _attempt?.Forward(forward.Signal, onOtherHosts: _options.Hosts.Count > 0); break;
            case EndAttempt end: End(end.WithGrace); break;
            case StartBackoff backoff: BackOff(backoff.FailuresInARow); break;
            case Conclude conclude: _conclusion = conclude; break;
            default: throw new InvalidOperationException($"The supervisor cannot perform {effect}.");
        }
    }

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
}
