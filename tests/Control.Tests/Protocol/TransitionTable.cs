using HpcVirt.Control.Protocol;

namespace HpcVirt.Control.Tests.Protocol;

/// <summary>Every phase against every event: the phase that follows and the effects, by name.</summary>
internal static class TransitionTable
{
    public const int Attempt = 3;

    /// <summary>One event of every type; those of an attempt belong to the current one.</summary>
    public static readonly SupervisorEvent[] Events =
    [
        new Begin(),
        new StopAsked(15),
        new CheckpointAsked(),
        new SignalArrived(10),
        new DrainAsked("a"),
        new HostReturned("a"),
        new LaunchFailed(Attempt, "no such file"),
        new RankConnected(Attempt, 0),
        new RankCommitted(Attempt, 0, 40, 4),
        new RankFailed(Attempt, 0, new FailureSignature("E", "m", 40)),
        new RankFinished(Attempt, 0, 0, EndedEarly: false),
        new RankLost(Attempt, 0),
        new StandbyReady(Attempt, 5, "a"),
        new StandbyLost(Attempt, 5),
        new RankRestored(Attempt, 0),
        new RepairDeadlineReached(Attempt, 1),
        new LauncherLingers(Attempt),
        new MoveAsked(0, "a", "b"),
        new MoveGivenUp(),
        new StartDeadlineReached(Attempt),
        new RanksMissing(Attempt),
        new RankSilent(Attempt, 0),
        new HostLost(Attempt, "a"),
        new Stalled(Attempt),
        new LauncherExited(Attempt, ExitStatus.OfCode(1)),
        new StopDeadlineReached(Attempt),
        new AttemptEnded(Attempt, ExitStatus.OfSignal(9)),
        new BackoffElapsed(Attempt),
    ];

    /// <summary>Rows: phase, event, next phase, effects. A pair that is not here changes neither phase nor the world.</summary>
    public static readonly (SupervisorPhase From, string Event, SupervisorPhase To, string[] Effects)[] Rows =
    [
        (SupervisorPhase.Idle, nameof(Begin), SupervisorPhase.Running, [nameof(LaunchAttempt)]),
        (SupervisorPhase.Idle, nameof(StopAsked), SupervisorPhase.Done, [nameof(Conclude)]),

        (SupervisorPhase.Running, nameof(StopAsked), SupervisorPhase.Stopping, [nameof(AskRanksToStop)]),
        (SupervisorPhase.Running, nameof(CheckpointAsked), SupervisorPhase.Running, [nameof(AskRanksForCheckpoint)]),
        (SupervisorPhase.Running, nameof(SignalArrived), SupervisorPhase.Running, [nameof(ForwardSignal)]),
        (SupervisorPhase.Running, nameof(LaunchFailed), SupervisorPhase.Done, [nameof(Conclude)]),
        (SupervisorPhase.Running, nameof(RankLost), SupervisorPhase.Ending, [nameof(EndAttempt)]),
        (SupervisorPhase.Running, nameof(Stalled), SupervisorPhase.Ending, [nameof(EndAttempt)]),
        (SupervisorPhase.Running, nameof(RankSilent), SupervisorPhase.Ending, [nameof(EndAttempt)]),
        (SupervisorPhase.Running, nameof(RanksMissing), SupervisorPhase.Ending, [nameof(EndAttempt)]),
        (SupervisorPhase.Running, nameof(HostLost), SupervisorPhase.Ending, [nameof(EndAttempt)]),
        (SupervisorPhase.Running, nameof(DrainAsked), SupervisorPhase.Stopping, [nameof(AskRanksToStop)]),
        (SupervisorPhase.Running, nameof(LauncherExited), SupervisorPhase.Ending, [nameof(EndAttempt)]),

        (SupervisorPhase.Stopping, nameof(StopAsked), SupervisorPhase.Ending, [nameof(EndAttempt)]),
        (SupervisorPhase.Stopping, nameof(CheckpointAsked), SupervisorPhase.Stopping, [nameof(AskRanksForCheckpoint)]),
        (SupervisorPhase.Stopping, nameof(SignalArrived), SupervisorPhase.Stopping, [nameof(ForwardSignal)]),
        (SupervisorPhase.Stopping, nameof(LaunchFailed), SupervisorPhase.Done, [nameof(Conclude)]),
        (SupervisorPhase.Stopping, nameof(RankLost), SupervisorPhase.Ending, [nameof(EndAttempt)]),
        (SupervisorPhase.Stopping, nameof(Stalled), SupervisorPhase.Ending, [nameof(EndAttempt)]),
        (SupervisorPhase.Stopping, nameof(RankSilent), SupervisorPhase.Ending, [nameof(EndAttempt)]),
        (SupervisorPhase.Stopping, nameof(RanksMissing), SupervisorPhase.Ending, [nameof(EndAttempt)]),
        (SupervisorPhase.Stopping, nameof(HostLost), SupervisorPhase.Ending, [nameof(EndAttempt)]),
        (SupervisorPhase.Stopping, nameof(LauncherExited), SupervisorPhase.Ending, [nameof(EndAttempt)]),
        (SupervisorPhase.Stopping, nameof(StopDeadlineReached), SupervisorPhase.Ending, [nameof(EndAttempt)]),

        (SupervisorPhase.Ending, nameof(AttemptEnded), SupervisorPhase.BackingOff, [nameof(StartBackoff)]),

        (SupervisorPhase.BackingOff, nameof(BackoffElapsed), SupervisorPhase.Running, [nameof(LaunchAttempt)]),
        (SupervisorPhase.BackingOff, nameof(StopAsked), SupervisorPhase.Done, [nameof(Conclude)]),
    ];
}
