using System;
using System.Collections.Generic;
using HpcVirt.Checkpoint;
using HpcVirt.Mpi.Resilience.Agreement;
using HpcVirt.Mpi.Resilience.Channel;
using HpcVirt.Mpi.Resilience.Crossing;
using HpcVirt.Mpi.Resilience.Halt;
using HpcVirt.Mpi.Resilience.Move;
using HpcVirt.Mpi.Resilience.Quiesce;
using HpcVirt.Mpi.Resilience.Rehearsal;
using HpcVirt.Mpi.Resilience.Repair;
using HpcVirt.Mpi.Resilience.Store;
using MPI;
using MPI.Traffic;

namespace HpcVirt.Mpi.Resilience;

/// <summary>
/// The resilience of one job for programs whose loop has its own shape: protect regions, <see cref="Restore"/>, and call
/// <see cref="SafePoint(long)"/> once per step on all ranks. <see cref="ResilientJob"/> is the same with the loop built in.
/// </summary>
/// <remarks>
/// Everything here is synchronous and belongs to the rank's thread. A safe point is collective in this sense: all ranks pass the same sequence of
/// step numbers. They need not pass it at the same time.
/// </remarks>
public sealed partial class ResilientSession : IDisposable
{
    private readonly ProtectedRegions _regions = new();
    private BoundedCollectives _collectives = null!;
    private EndBarrier _end = null!;
    private AgreementDriver _agreement = null!;
    private QuiesceDriver _quiesce = null!;
    private readonly CrossingRequests _crossing = new();
    private ControlClient? _control;
    private JobStore? _store;
    private readonly JobVoice _voice;
    private readonly RehearsalObserver? _rehearsal;
    private HaltWatch? _halt;
    private HoldPoint _hold = null!;
    private readonly StopNotice? _notice;
    private bool _stopsAfterCheckpoint;

    private bool _isNumbered;
    private bool _isRestored;

    private ResilientSession(ResilientOptions options)
    {
        Options = options;
        World = Communicator.world;
        _voice = new JobVoice(World.Rank, options.Time);
        _rehearsal = RehearsalObserver.FromEnvironment(World.Rank, System.Environment.GetEnvironmentVariable);
        _intervalStart = options.Time.GetTimestamp();
        _notice = options.Halt.OnTerminate ? new StopNotice(World.Rank) : null;

        // A process that is to take a rank's place runs the program's beginning alone: it gets links and a supervisor when it is that rank.
        if (MoveTarget.Current is { IsPrepared: true })
            return;
        OpenLinks();
        OpenControl();
    }

    /// <summary>What this rank has with those who watch over the job.</summary>
    private void OpenControl()
    {
        _control = JobRepair.Control ?? JobRepair.Keep(ControlClient.TryConnectFromEnvironment(new RankIdentity(World.Rank, World.Size, Options.Program), Options.Time));
        _hold = new HoldPoint(_control, Options.Time);
        _halt = World.Rank == 0 ? new HaltWatch(Options.Halt, _store?.Tiers ?? [], Options.Time) : null;
    }

    /// <summary>What the ranks have between them; collective. Once when the session opens, and again when the processes beneath the ranks have changed.</summary>
    private void OpenLinks()
    {
        _collectives = new BoundedCollectives(World, Options.AgreementDeadline, Options.Time);
        _end = new EndBarrier(World);
        _agreement = new AgreementDriver(_collectives, Options.Time);
        _quiesce = new QuiesceDriver(World, new QuiesceOptions(Options.QuiesceDeadline, Options.CaptureLimitBytes, Options.AgreementDeadline), Options.Time);
        _quiesce.Explained += Refuse;
        _collectives.WhileWaiting = _quiesce.TurnAside;
        _store = OpenStore();

        // A launcher may give its environment to the ranks of one host only, and all ranks must stop at the same step.
        _stopsAfterCheckpoint = _collectives.Maximum(Options.Halt.AfterNextCheckpoint ? 1 : 0) == 1;
    }

    /// <summary>The job's options, with the overrides of the environment.</summary>
    public ResilientOptions Options { get; }

    /// <summary>All ranks of the job.</summary>
    public Intracommunicator World { get; }

    /// <summary>Whether nothing was restored: this is the first start, or was told not to restore. Known after <see cref="Restore"/>.</summary>
    public bool IsFresh { get; private set; } = true;

    /// <summary>The step that the newest checkpoint was restored at, or 0.</summary>
    public long RestoredStep { get; private set; }

    /// <summary>The step that the job stands before.</summary>
    public long NextStep { get; private set; }

    internal ProtectedRegions Regions => _regions;

    /// <summary>Whether what there was to restore is restored.</summary>
    internal bool IsRestored { get; private set; }

    /// <summary>Opens the session; collective over all ranks, once per process, before the program's first message.</summary>
    /// <param name="options">What the program wants; the environment overrides it.</param>
    /// <returns>The session.</returns>
    /// <exception cref="ResilienceException">An option or a variable of the environment makes no sense.</exception>
    /// <exception cref="CheckpointException">The checkpoint directory cannot be used; thrown on all ranks.</exception>
    public static ResilientSession Open(ResilientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ResilientOptions effective = ResilienceEnvironment.Apply(options, System.Environment.GetEnvironmentVariable).Validated();

        if (Standby.IsWanted && !Standby.HasBegun)
            throw new ResilienceException("`--strategy standby` needs a program that runs within ResilientJob.Run: some of its processes have to wait, and this one would not know. Use --strategy relaunch.");

        // From the first message on, or the counters would not tell what is in flight.
        TrafficLedger.SwitchOn();

        JobRepair.Arm(effective);
        var session = new ResilientSession(effective);
        KeepBeginning();
        session._voice.Say($"{effective.Program} on {session.World.Size} rank(s) of {MpiFeatures.Current.LibraryName}: {effective}");
        return session;
    }

    /// <summary>Makes memory part of every checkpoint.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="name">The region's name, unique in the program and the same at every start.</param>
    /// <param name="memory">Gives the memory; asked anew at every checkpoint, so that swapped buffers stay right.</param>
    public void Protect<T>(string name, Func<Memory<T>> memory)
        where T : unmanaged => _regions.AddMemory(name, null, memory);

    /// <summary>Makes a rank's part of a global array part of every checkpoint.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="name">The region's name, unique in the program and the same at every start.</param>
    /// <param name="decomposition">Which part of which array this is.</param>
    /// <param name="memory">Gives the memory, box and halo; asked anew at every checkpoint.</param>
    public void Protect<T>(string name, Decomposition decomposition, Func<Memory<T>> memory)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(decomposition);
        _regions.AddMemory(name, decomposition, memory);
    }

    /// <summary>Makes a small object part of every checkpoint, as JSON: counters, parameters, the state of a random generator.</summary>
    /// <typeparam name="T">A type that System.Text.Json can write and read.</typeparam>
    /// <param name="name">The region's name, unique in the program and the same at every start.</param>
    /// <param name="get">Gives the object of now.</param>
    /// <param name="set">Takes the object of then.</param>
    public void Protect<T>(string name, Func<T> get, Action<T> set) => _regions.AddObject(name, get, set);

    /// <summary>
    /// Makes a file that the program writes part of every checkpoint: a restart brings it back to the same instant as the state. Declared by the one
    /// rank that writes it, before the first step.
    /// </summary>
    /// <param name="path">The file, which need not be there yet. The same text at every start, also under another working directory.</param>
    /// <param name="kind">How the program writes it.</param>
    /// <param name="flush">Hands what the program holds in buffers of its own to the system; called before each checkpoint.</param>
    /// <returns>The file.</returns>
    public ProtectedFile ProtectFile(string path, FileKind kind = FileKind.Appended, Action? flush = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var file = new ProtectedFile(this, path, kind, flush);
        _regions.AddFile(file);
        return file;
    }

    /// <summary>Declares a request that may be live over a safe point; before <see cref="Restore"/>.</summary>
    /// <param name="name">The request's name, unique in the program and the same at every start.</param>
    /// <param name="post">Starts exactly one request and returns it: a send or a receive. Run again after a restart, when the regions are restored.</param>
    /// <returns>The request, not started.</returns>
    public InFlight InFlight(string name, Func<Request> post) => _crossing.Declare(name, post);

    /// <summary>
    /// Fills the protected regions from the newest checkpoint that verifies on every rank, if there is one. Collective; after all regions are
    /// protected and before the first step. What was passed over is said on rank 0, with the reason.
    /// </summary>
    /// <returns>The step to go on with: 0 at a first start.</returns>
    /// <exception cref="CheckpointMismatchException">The checkpoint is of another program, number of ranks or shape.</exception>
    /// <exception cref="NoCheckpointVerifiesException">Checkpoints exist, but none is intact.</exception>
    public long Restore()
    {
        if (_isRestored)
            return RestoredStep;
        _isRestored = true;
        _regions.IsClosed = true;
        _readiness.NoteRestored();
        if (MoveTarget.Current is { } target)
            return RestoreFrom(target);
        if (_store is null || !Options.Restore)
        {
            if (_store is not null)
                _voice.Say("starts at step 0: restoring is switched off");
            _control?.Restored(0, 0, []);
            IsRestored = true;
            return 0;
        }

        RestoreVoice? progress = World.Rank == 0 ? RestoreVoice.OnStandardError(World.Size, Options.Time) : null;
        RestoreReport report = _store.Restore(RegionsToSave(), progress);
        progress?.End();
        _crossing.Reinstate();
        var skipped = new List<string>();
        foreach (SkippedVersion version in report.Skipped)
        {
            skipped.Add(version.ToString());
            _voice.Say($"passes over {version}");
        }

        IsRestored = true;
        IsFresh = report.IsFresh;
        RestoredStep = NextStep = report.Step;
        _savedStep = report.IsFresh ? -1 : report.Step;
        _rehearsal?.Restored(report.Step);
        _voice.Say(IsFresh
            ? "starts at step 0: there is no checkpoint yet"
            : $"continues at step {report.Step}, from version {report.Version} of attempt {report.Attempt} ({Durations.Format(TimeSpan.FromMilliseconds(Math.Ceiling(report.Elapsed.TotalMilliseconds)))})");
        _control?.Restored(report.Step, report.Version, skipped);
        return RestoredStep;
    }

    /// <summary>Ends the session well; collective, after the last step. What is outstanding between the ranks is completed.</summary>
    public void Complete()
    {
        FinishUnnumbered();
        _agreement.Finish();
        Settle();
        _store?.Drain();
        ReportCommits();
        _store?.EndInGoodOrder();
        _control?.Finished(0, endedEarly: false);
    }

    /// <summary>Collective: leaves nothing of the quiesces of this job with the library, before MPI is finalized.</summary>
    internal void Settle()
    {
        // When the job stops, ranks whose programs have ended stand in this barrier, and it has to be complete before MPI ends.
        if (MayBeUnnumbered)
            _end.Await(_quiesce.Look);
        _quiesce.AwaitOutstanding();
        if (_quiesce.LastEntered == 0)
            return;

        // A bookmark of an attempt that was given up may still be on its way to a rank that has no more reason to look for it.
        _quiesce.AwaitNotesTaken();
        _collectives.BarrierWhile(_quiesce.Look);
    }

    /// <summary>Frees what the session holds. Waits for nobody but, briefly, for the supervisor to have heard the last words.</summary>
    public void Dispose()
    {
        _notice?.Dispose();
        _store?.Dispose();
        JobRepair.Part(_control);
        _agreement?.Dispose();
        _quiesce?.Dispose();
        _end?.Dispose();
        _collectives?.Dispose();
    }

    /// <summary>
    /// Leaves everything that lost ranks have a part in as it is, and lets go of the rest: the next session of this process begins with the new world.
    /// </summary>
    internal void LeaveForRepair()
    {
        JobRepair.Disarm();
        _notice?.Dispose();
        _store?.Dispose();
    }

    /// <summary>Ends what this rank can end alone, when the job is about to be aborted: nothing here may wait for another rank.</summary>
    internal void Abandon() => _control?.Dispose();

    /// <summary>Tells the supervisor that this rank's program failed, so that it knows the reason before the job goes down.</summary>
    internal void ReportFailure(Exception failure) => _control?.Failed(failure, NextStep);

    /// <summary>Whether somebody outside hears how this job ends.</summary>
    internal bool IsSupervised => _control is not null;

    internal void ReportStop()
    {
        _store?.EndInGoodOrder();
        _control?.Finished(0, endedEarly: true);
    }

    private List<CheckpointRegion> RegionsToSave() => [.. _regions.All, _crossing.Region];

    private JobStore? OpenStore()
    {
        var store = JobStore.Open(Options, _collectives);
        foreach (string warning in store?.Warnings ?? [])
            _voice.Say(warning);
        return store;
    }
}
