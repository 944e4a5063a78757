using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using HpcVirt.Control.Channel;
using HpcVirt.Control.Logging;
using HpcVirt.Control.Native;

namespace HpcVirt.Control.Supervision;

/// <summary>Carries out rehearsed losses: each follows its commit by a random moment, so there is always something to go on from.</summary>
internal sealed class KillRehearsal : IDisposable
{
    private readonly List<PlannedKill> _planned;
    private readonly TimeSpan _delayMax;
    private readonly Random _random;
    private readonly RankBoard _board;
    private readonly JobLog _log;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly List<ITimer> _timers = [];

    public KillRehearsal(SupervisorOptions options, Random random, RankBoard board, JobLog log, TimeProvider time)
    {
        _planned = [.. options.Kills];
        _delayMax = options.KillDelayMax;
        _random = random;
        _board = board;
        _log = log;
        _time = time;
        board.NewCommit += Hear;
    }

    /// <summary>Kills that were carried out.</summary>
    public int Done { get; private set; }

    /// <summary>Kills whose commit never came, or that found their rank gone.</summary>
    public int Missing => _planned.Count;

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (ITimer timer in _timers) timer.Dispose();
            _timers.Clear();
        }
    }

    private void Hear(int commit)
    {
        lock (_gate)
        {
            // A kill whose moment passed because its rank was gone then is made up for at the next commit.
            if (_planned.Where(kill => kill.AfterCommit <= commit).OrderBy(kill => kill.AfterCommit).FirstOrDefault() is not { } kill) return;
            TimeSpan delay = _delayMax * _random.NextDouble();
            _timers.Add(_time.CreateTimer(_ => Execute(kill, commit, delay), null, delay, Timeout.InfiniteTimeSpan));
        }
    }

    private void Execute(PlannedKill kill, int commit, TimeSpan delay)
    {
        lock (_gate)
        {
            if (!_planned.Contains(kill)) return;
            RankPeer[] candidates = [.. _board.Connected().Where(rank => kill.Rank is null || rank.Rank == kill.Rank)];
            if (candidates.Length == 0) return;
            RankPeer victim = candidates[_random.Next(candidates.Length)];
            _log.Say($"rehearsal: killing {victim} {delay.TotalMilliseconds:F0} ms after commit {commit}");
            if (victim.Process?.Signal(Signals.Kill) != true) return;
            _planned.Remove(kill);
            Done++;
            _log.Record("rehearsed-kill", ("rank", victim.Rank), ("pid", victim.ProcessId), ("commit", commit), ("delaySeconds", delay));
        }
    }
}
