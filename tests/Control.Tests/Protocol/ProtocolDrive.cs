using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using HpcVirt.Control.Protocol;

namespace HpcVirt.Control.Tests.Protocol;

/// <summary>Runs the protocol without a world: remembers its effects and answers those that want an answer.</summary>
internal sealed class ProtocolDrive
{
    private readonly List<SupervisorEffect> _unanswered = [];
    private SupervisorState _state;

    public ProtocolDrive(int restartsMax, int ranks = 1, bool repairsInJob = false)
    {
        _state = new SupervisorState(restartsMax) { Ranks = ranks, RanksMin = ranks, RepairsInJob = repairsInJob };
        Give(new Begin());
    }

    public int Attempt => _state.Attempt;

    public SupervisorPhase Phase => _state.Phase;

    public int Launches { get; private set; }

    public List<int> Backoffs { get; } = [];

    public List<int> Repaired { get; } = [];

    public List<(int Rank, string To)> Moved { get; } = [];

    public int CheckpointsAskedFor { get; private set; }

    public JobOutcome Outcome { get; private set; }

    public ExitStatus? Status { get; private set; }

    public void Give(params SupervisorEvent[] events)
    {
        foreach (SupervisorEvent happened in events)
        {
            (_state, ImmutableArray<SupervisorEffect> effects) = SupervisorProtocol.Next(_state, happened);
            foreach (SupervisorEffect effect in effects) Note(effect);
        }
    }

    public void Commit(long step) => Give(new RankCommitted(Attempt, 0, step, step));

    public void Lose()
    {
        Give(new RankLost(Attempt, 0), new AttemptEnded(Attempt, null));
        Continue();
    }

    public void Exit(ExitStatus status)
    {
        Give(new LauncherExited(Attempt, status), new AttemptEnded(Attempt, status));
        Continue();
    }

    public void Fail(string message, long step)
    {
        Give(new RankFailed(Attempt, 0, new FailureSignature("System.Exception", message, step)));
        Exit(ExitStatus.OfCode(1));
    }

    /// <summary>Answers what was asked of the driver, now and then: a driver may be slow, but it answers.</summary>
    public void AnswerEffects(Random random)
    {
        foreach (SupervisorEffect effect in _unanswered.ToArray())
        {
            if (random.Next(3) == 0) continue;
            _unanswered.Remove(effect);
            switch (effect)
            {
                case EndAttempt: Give(new AttemptEnded(Attempt, random.Next(2) == 0 ? null : ExitStatus.OfSignal(9))); break;
                case StartBackoff: Give(new BackoffElapsed(Attempt)); break;
                case AskRanksToStop: Give(new StopDeadlineReached(Attempt)); break;
                default: break;
            }
        }
    }

    private void Continue()
    {
        if (_unanswered.OfType<StartBackoff>().Any()) Give(new BackoffElapsed(Attempt));
        _unanswered.Clear();
    }

    private void Note(SupervisorEffect effect)
    {
        _unanswered.Add(effect);
        if (effect is LaunchAttempt) Launches++;
        if (effect is RepairLinks { To: null } repair) Repaired.Add(repair.Rank);
        if (effect is RepairLinks { To: { } target } move) Moved.Add((move.Rank, target));
        if (effect is AskRanksForCheckpoint) CheckpointsAskedFor++;
        if (effect is StartBackoff backoff) Backoffs.Add(backoff.FailuresInARow);
        if (effect is Conclude conclude) (Outcome, Status) = (conclude.Outcome, conclude.Status);
    }
}
