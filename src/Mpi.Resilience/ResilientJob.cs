using System;
using System.Collections.Generic;
using HpcVirt.Checkpoint;
using HpcVirt.Mpi.Resilience.Move;
using HpcVirt.Mpi.Resilience.Repair;
using MPI;
using MPI.Links;

namespace HpcVirt.Mpi.Resilience;

/// <summary>
/// A job that survives: regions that are protected, and a loop of steps whose header is the safe point. A restart is an ordinary start; the loop
/// goes on where the newest intact checkpoint ended.
/// </summary>
/// <example>
/// <code>
/// return ResilientJob.Run(args, options, static job =>
/// {
///     var heat = new HeatPlate(job.World, rows: 512, columns: 512);
///     job.Protect("temperature", heat.Decomposition, () => heat.Temperature);
///     foreach (long step in job.Steps(count: 100))
///     {
///         heat.ExchangeHalo(job.World);
///         heat.Sweep();
///     }
/// });
/// </code>
/// </example>
public sealed class ResilientJob
{
    /// <summary>The exit code of a job that refused its checkpoint directory or what is in it; the message says what to do.</summary>
    public const int RefusedExitCode = 3;

    /// <summary>
    /// The exit code of a job that stopped by itself (<see cref="HaltOptions"/>) and goes on when it is started again; a batch script may requeue on it
    /// (EX_TEMPFAIL). Under <c>hpcvirt run</c> the ranks end with 0, and the tool ends with this code.
    /// </summary>
    public const int HaltedExitCode = 75;

    private readonly ResilientSession _session;

    private long _firstStepOfNextLoop;
    private bool _isLooping;

    private ResilientJob(ResilientSession session) => _session = session;

    /// <summary>All ranks of the job.</summary>
    public Intracommunicator World => _session.World;

    /// <summary>The job's options, with the overrides of the environment.</summary>
    public ResilientOptions Options => _session.Options;

    /// <summary>
    /// Whether this start continues nothing. Known from the first call of <see cref="Steps"/> or <see cref="Restore"/> on; what must happen once
    /// per job and not once per start (sends before the loop, headers of output files) belongs under <c>if (job.IsFresh)</c> after it.
    /// </summary>
    public bool IsFresh => _session.IsFresh;

    /// <summary>The step that this start continued at, or 0.</summary>
    public long RestoredStep => _session.RestoredStep;

    /// <summary>Initializes MPI, runs a resilient program and finalizes MPI.</summary>
    /// <param name="args">The program's arguments.</param>
    /// <param name="options">How the job protects itself.</param>
    /// <param name="body">The program, run on every rank.</param>
    /// <returns>
    /// 0 when the program ended, also when it stopped under a supervisor, which knows that it goes on later; <see cref="HaltedExitCode"/> when it
    /// stopped by itself without one; <see cref="RefusedExitCode"/> when the checkpoint directory was refused.
    /// </returns>
    /// <remarks>
    /// An exception on one rank is written to standard error and ends the whole job with exit code 1; the next start continues from the newest checkpoint.
    /// Under <c>hpcvirt run --strategy spawn</c> the body may be called more than once in a process: when a lost rank was replaced, an exception that
    /// the body must let pass unwinds it, and it begins anew. As for any restart, state outside of it must not matter.
    /// </remarks>
    public static int Run(string[] args, ResilientOptions options, Action<ResilientJob> body)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(body);
        using var environment = new MPI.Environment(ref args);
        if (!JobRepair.Begin(options))
            return 0;
        while (true)
        {
            if (RunOnce(options, body) is { } exitCode)
                return exitCode;
        }
    }

    /// <summary>Runs the program from its beginning; null if the world was replaced meanwhile, and it has to begin anew.</summary>
    private static int? RunOnce(ResilientOptions options, Action<ResilientJob> body)
    {
        ResilientSession? session = null;
        int world = WorldRepair.Count;
        try
        {
            session = ResilientSession.Open(options);
            body(new ResilientJob(session));
            if (MoveTarget.Current is not null)
                throw new ResilienceException("The program ended before it restored its state.");
            session.Complete();
            return 0;
        }
        catch (MoveCancelledException)
        {
            session?.Dispose();
            session = null;
            return Standby.WaitAgain() ? null : 0;
        }
        catch (Exception failure) when (MoveTarget.Current is { IsPrepared: true })
        {
            session?.Dispose();
            session = null;
            return Standby.WaitAgain(failure.Message, MoveTarget.NeedsOtherRanks(failure)) ? null : 0;
        }
        catch (Exception) when (WorldRepair.Count != world)
        {
            // A WorldReplacedException, or what came of it while the body unwound: what it had of the old world may answer with errors by now.
            session?.LeaveForRepair();
            session = null;
            return null;
        }
        catch (JobStoppedException)
        {
            // All ranks stand at the same step, silent: this is an orderly end.
            session!.Settle();
            session.ReportStop();
            return session.IsSupervised ? 0 : HaltedExitCode;
        }
        catch (CheckpointException refusal)
        {
            // Thrown on all ranks alike, before or between steps: nobody waits for anybody, one voice is enough, and the end is orderly.
            if (Communicator.world.Rank == 0)
                Console.Error.WriteLine($"hpcvirt: {refusal.Message}");
            session?.ReportFailure(refusal);
            return RefusedExitCode;
        }
        catch (ResilienceException loss) when (JobRepair.IsWanted && loss.InnerException is CheckpointException && JobRepair.ComesAfterAll())
        {
            // The checkpoint behind this rank's back heard of a lost rank before the supervisor could say so.
            session?.LeaveForRepair();
            session = null;
            return null;
        }
        catch (Exception failure)
        {
            // The others may be waiting for this rank: the job must end now, and its supervisor should know why.
            session?.ReportFailure(failure);
            session?.Abandon();
            session = null;
            LastWords.Say($"hpcvirt: rank {Communicator.world.Rank} failed: {failure}");
            Communicator.world.Abort(1);
            throw;
        }
        finally
        {
            session?.Dispose();
        }
    }

    /// <inheritdoc cref="ResilientSession.Protect{T}(string, Func{Memory{T}})"/>
    public void Protect<T>(string name, Func<Memory<T>> memory)
        where T : unmanaged => _session.Protect(name, memory);

    /// <inheritdoc cref="ResilientSession.Protect{T}(string, Decomposition, Func{Memory{T}})"/>
    public void Protect<T>(string name, Decomposition decomposition, Func<Memory<T>> memory)
        where T : unmanaged => _session.Protect(name, decomposition, memory);

    /// <inheritdoc cref="ResilientSession.Protect{T}(string, Func{T}, Action{T})"/>
    public void Protect<T>(string name, Func<T> get, Action<T> set) => _session.Protect(name, get, set);

    /// <inheritdoc cref="ResilientSession.ProtectFile"/>
    public ProtectedFile ProtectFile(string path, FileKind kind = FileKind.Appended, Action? flush = null) => _session.ProtectFile(path, kind, flush);

    /// <inheritdoc cref="ResilientSession.InFlight(string, Func{Request})"/>
    public InFlight InFlight(string name, Func<Request> post) => _session.InFlight(name, post);

    /// <inheritdoc cref="ResilientSession.SafePoint()"/>
    public void SafePoint() => _session.SafePoint();

    /// <summary>Restores now instead of at the first step, for programs that look at their state before the loop. Collective.</summary>
    /// <returns>The step that the job goes on with.</returns>
    public long Restore() => _session.Restore();

    /// <summary>
    /// The steps that are still to be done, from 0 to <paramref name="count"/> - 1 at a first start. The head of the loop is the safe point: only
    /// there may the job checkpoint, stop or move. Collective: all ranks take the same steps.
    /// </summary>
    /// <remarks>
    /// Loops may follow one another, never stand in one another; a loop that a checkpoint has left behind is skipped. Leaving the loop with break
    /// is allowed where all ranks do it at the same step. An exception ends the job.
    /// </remarks>
    /// <param name="count">Steps of this loop.</param>
    /// <returns>The steps.</returns>
    public IEnumerable<long> Steps(long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (_isLooping)
            throw new ResilienceException("A loop of steps stands within another one. Only one loop can be the job's; make the inner one an ordinary loop.");
        long first = _firstStepOfNextLoop;
        _firstStepOfNextLoop += count;
        return Loop(first, first + count);
    }

    private IEnumerable<long> Loop(long first, long end)
    {
        _isLooping = true;
        _session.NoteLoop();
        try
        {
            for (long step = Math.Max(first, _session.Restore()); step < end; step++)
            {
                _session.SafePoint(step);
                yield return step - first;
            }
        }
        finally
        {
            // Waits for nobody: a break and an exception look alike from here.
            _isLooping = false;
        }
    }
}
