using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Control.Launchers;
using HpcVirt.Control.Protocol;
using HpcVirt.Control.Schedulers;
using HpcVirt.Mpi.Resilience;
using HpcVirt.Mpi.Resilience.Halt;

namespace HpcVirt.Control.Supervision;

/// <summary>What one job is run with. Immutable; <see cref="Validated"/> is called once, before anything is started.</summary>
public sealed record SupervisorOptions
{
    /// <summary>The launcher.</summary>
    public required MpiLauncher Launcher { get; init; }

    /// <summary>Whether lost ranks are replaced inside the job where the MPI can; otherwise, and where that fails, the job is launched anew.</summary>
    public bool RepairsInJob { get; init; }

    /// <summary>
    /// Whether that is done with the MPI's own fault tolerance (ULFM, Open MPI 5): calls on a lost rank fail at once instead of waiting for ever. Needs
    /// <see cref="RepairsInJob"/>; <see cref="SupervisedJob.Run"/> asks the launcher whether it can.
    /// </summary>
    public bool UsesUlfm { get; init; }

    /// <summary>Whether ranks open MPI as sessions, so that a job that is held has no links, and opens new ones when it is released.</summary>
    public bool UsesSessions { get; init; }

    /// <summary>With <see cref="UsesSessions"/>: a program with which <see cref="SupervisedJob.Run"/> asks the MPI whether it can; null takes it on trust.</summary>
    public ProgramCommand? SessionsTrial { get; init; }

    /// <summary>
    /// How many more processes are started, which wait for the place of a lost rank: on spares, or on this host without <see cref="Hosts"/>. 0 where ranks are
    /// replaced by new processes, or not at all. Needs <see cref="RepairsInJob"/>.
    /// </summary>
    public int Standbys { get; init; }

    /// <summary>Whether the launcher starts its daemons on hosts without ranks too, so that ranks can move there. Then all hosts must answer at the first start.</summary>
    public bool WarmSpares { get; init; }

    /// <summary>With warm spares, how long it may take until the first rank is heard of; then the job is launched anew without them. Default 2 min.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a replacement may take until it goes on from the checkpoint; then the job is launched anew. Default 15 s.</summary>
    public TimeSpan RepairTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>What to run.</summary>
    public required JobPlan Plan { get; init; }

    /// <summary>Hosts for the ranks; empty for this host, or for what the batch system gives to the launcher.</summary>
    public IReadOnlyList<HostSlots> Hosts { get; init; } = [];

    /// <summary>Hosts that take ranks when regular ones are lost or drained.</summary>
    public IReadOnlyList<HostSlots> Spares { get; init; } = [];

    /// <summary>With how few ranks the job goes on when hosts are missing; null needs all of them.</summary>
    public int? RanksMin { get; init; }

    /// <summary>A host that acknowledges nothing for so long is lost; the ranks there end themselves before. Default 3 s.</summary>
    public TimeSpan HostTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>A rank of a job over several hosts that says nothing for so long, though its host answers, is stopped or hangs, and is ended. Default 10 s.</summary>
    public TimeSpan SilenceTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a rank on another host goes on without hearing from here.</summary>
    internal TimeSpan Lease => HostTimeout * 0.8;

    /// <summary>Random name of the job, 8 to 32 lower-case letters and digits.</summary>
    public required string JobId { get; init; }

    /// <summary>Seed of the back-off's jitter and of rehearsed kills.</summary>
    public required int Seed { get; init; }

    /// <summary>Directory of the checkpoints; null leaves the choice to the program.</summary>
    public string? Checkpoints { get; init; }

    /// <summary>Most relaunches. Default 10.</summary>
    public int RestartsMax { get; init; } = 10;

    /// <summary>Delays between attempts.</summary>
    public Backoff Backoff { get; init; } = Backoff.Default;

    /// <summary>Time that a job has to save a checkpoint and end after it was asked to. Default 60 s.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>An attempt whose ranks report no new step for so long is ended and relaunched; null never does. Default null.</summary>
    public TimeSpan? StallTimeout { get; init; }

    /// <summary>False makes ranks start afresh even if there is a checkpoint. Default true.</summary>
    public bool Restore { get; init; } = true;

    /// <summary>Whether the job stops as soon as its next checkpoint is committed. Default false.</summary>
    public bool StopAfterCheckpoint { get; init; }

    /// <summary>When the job stops, at the first safe point after it; null for no such time.</summary>
    public DateTimeOffset? StopAt { get; init; }

    /// <summary>When the job will be killed from outside; it stops in time before, with a checkpoint. Null if it may run for ever.</summary>
    public DateTimeOffset? WallTimeEnd { get; init; }

    /// <summary>User signals that stop the job with a checkpoint, as SIGTERM does: a batch system's notice. None by default.</summary>
    public IReadOnlyList<UserSignal> StopOn { get; init; } = [];

    /// <summary>Sentences for the log about where hosts and times come from, when nobody typed them.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>Rehearsed losses.</summary>
    public IReadOnlyList<PlannedKill> Kills { get; init; } = [];

    /// <summary>A rehearsed loss follows its commit within this time. Default 50 ms.</summary>
    public TimeSpan KillDelayMax { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Working directory of the job; null for the current one.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Directory for the ranks' rehearsal reports; null outside of rehearsals.</summary>
    public string? RehearsalDirectory { get; init; }

    /// <summary>The reports of the unbroken run of a rehearsal, for ranks of a run with lost ranks to compare with.</summary>
    public string? RehearsalReference { get; init; }

    /// <summary>Checks all options together.</summary>
    /// <returns>This record.</returns>
    /// <exception cref="ControlException">An option is out of range or contradicts another.</exception>
    public SupervisorOptions Validated()
    {
        Demand(Plan.Ranks >= 1, $"-n: a job needs at least 1 rank, not {Plan.Ranks}.");
        Demand(RanksMin is null || (RanksMin >= 1 && RanksMin <= Plan.Ranks), $"--min-ranks: {RanksMin} is not between 1 and {Plan.Ranks}.");
        Demand(Spares.Count == 0 || Hosts.Count > 0, "--spares needs --hosts: without them the launcher decides where ranks go.");
        Demand(Hosts.Concat(Spares).Select(static h => h.Name).Distinct().Count() == Hosts.Count + Spares.Count, "--hosts and --spares name a host twice. Write NAME:COUNT for several ranks on one host.");
        Demand(HostTimeout >= TimeSpan.FromSeconds(1), "--host-timeout must be at least 1 s: a shorter one takes a busy network for a lost host.");
        Demand(SilenceTimeout > HostTimeout, "--silence-timeout must be longer than --host-timeout.");
        Demand(Standbys >= 0, $"--standbys: {Standbys} is negative.");
        Demand(Standbys == 0 || RepairsInJob, "--standbys needs --strategy standby.");
        Demand(Standbys == 0 || Hosts.Count == 0 || Spares.Count > 0, "--strategy standby needs --spares with --hosts: there the processes wait.");
        Demand(Standbys == 0 || !WarmSpares, "--warm-spares is for --strategy spawn; those who wait are on spares anyway.");
        Demand(!UsesUlfm || (RepairsInJob && Standbys == 0), "--strategy ulfm replaces ranks by new processes; it goes with no other strategy.");
        Demand(!UsesSessions || !RepairsInJob, "--strategy sessions opens links again where all ranks are alive; it goes with no other strategy.");
        Demand(!RepairsInJob || Launcher.CanReplaceRanks, $"--strategy spawn, ulfm and standby: {Launcher.Name} ends the whole job when it loses a rank, and starts none within a job; use Open MPI, or leave the strategy to relaunch.");
        Demand(!WarmSpares || (RepairsInJob && !UsesUlfm), "--warm-spares needs --strategy spawn: only there ranks move to hosts within the job.");
        Demand(!WarmSpares || Hosts.Count > 0, "--warm-spares needs --hosts: without them the launcher decides where ranks go.");
        Demand(StartTimeout > TimeSpan.Zero, "The time for the first rank must be longer than 0 s.");
        Demand(RepairTimeout > TimeSpan.Zero, "The time for a replacement must be longer than 0 s.");
        Demand(RestartsMax >= 0, $"--restarts: {RestartsMax} is negative. 0 means: launch once.");
        Demand(StopTimeout > TimeSpan.Zero, "--stop-timeout must be longer than 0 s.");
        Demand(StallTimeout is null || StallTimeout > TimeSpan.Zero, "--stall-timeout must be longer than 0 s; leave it out to never end a stalled attempt.");
        Demand(Backoff.DelayMin >= TimeSpan.Zero && Backoff.DelayMax >= Backoff.DelayMin, "The back-off's longest delay is shorter than its shortest.");
        Demand(JobId.Length is >= 8 and <= 32 && JobId.All(c => char.IsAsciiDigit(c) || char.IsAsciiLetterLower(c)), $"The job id '{JobId}' must be 8 to 32 lower-case letters and digits.");
        Demand(Checkpoints is null || Checkpoints.Length > 0, "--checkpoints: the path is empty.");
        Demand(Kills.Count == 0 || Hosts.Count == 0, "--rehearse-kill reaches the ranks of this host only; leave --hosts out, or kill a rank by hand.");
        foreach (PlannedKill kill in Kills)
            Demand(kill.Rank is null || kill.Rank < Plan.Ranks, $"--rehearse-kill: there is no rank {kill.Rank} among {Plan.Ranks}.");
        Demand(Kills.Select(kill => kill.AfterCommit).Distinct().Count() == Kills.Count, "--rehearse-kill: two kills after the same commit; one would hit an attempt that is already lost.");
        return this;
    }

    /// <summary>Reads a time as ranks read it: seconds since 1970, or a date and time, of this host's zone unless it names one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="time">The time.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryReadTime(string text, out DateTimeOffset time) => HaltEnvironment.TryReadTime(text, out time);

    /// <summary>Reads a duration: a number and one of ms, s, m, h, d.</summary>
    /// <param name="text">The text.</param>
    /// <param name="duration">The duration.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryReadDuration(string text, out TimeSpan duration) => Durations.TryParse(text, out duration);

    private static void Demand(bool condition, string message)
    {
        if (!condition) throw new ControlException(ExitCode.Usage, message);
    }
}
