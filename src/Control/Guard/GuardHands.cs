using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Control.Guard.Configuration;
using HpcVirt.Control.Guard.Journal;
using HpcVirt.Control.Guard.Protocol;
using HpcVirt.Control.Operators;
using HpcVirt.Control.Processes;
using HpcVirt.Hypervisor;

namespace HpcVirt.Control.Guard;

/// <summary>The guard's hands on a real hypervisor, a real disk and a real job.</summary>
/// <param name="config">The configuration.</param>
/// <param name="backend">The hypervisor.</param>
/// <param name="journal">The journal; null in a dry run.</param>
/// <param name="audit">The story.</param>
/// <param name="turn">Whose turn it is to speak with the hypervisor.</param>
/// <param name="time">The clock.</param>
internal sealed class GuardHands(GuardConfig config, IHypervisorBackend backend, GuardJournal? journal, AuditLog audit, BackendTurn turn, TimeProvider time) : IGuardHands
{
    public static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(1);

    private readonly GuestMover _mover = new(backend, config.Move, config.Silence, config.Release, time);

    public void Append(GuardRecord record) => journal?.Append(record);

    public void Tell(Tell told) => audit.Write(told);

    public void Forget(string word)
    {
        // A dry run takes in nothing for good.
        if (journal is not null) File.Delete(word);
    }

    public async Task<GuardEvent> LookAsync(bool isLater, CancellationToken stop)
    {
        try
        {
            if (isLater) await Task.Delay(LookAgainAfter, time, stop);
            using (await turn.TakeAsync(stop)) return new Looked(await FleetLook.AskAsync(backend, config.NodeOf.Keys, DrainMarks.FileOf(config.GuestFile), time, stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return new LookFailed(null);
        }
        catch (Exception e)
        {
            // Whatever the hypervisor dies of: nothing is done while it cannot be asked.
            return new LookFailed(e.Message.TrimEnd('.'));
        }
    }

    public async Task<MoveResult> MoveAsync(MoveStep step, CancellationToken stop)
    {
        // Not given up while it waits: only the mover knows what to say of a move that was given up.
        using (await turn.TakeAsync(CancellationToken.None)) return await _mover.MoveAsync(step.Guest, step.To, stop);
    }

    public async Task<(bool IsDone, TimeSpan Took, string Remark)> SaveAsync(SaveStep step, CancellationToken stop)
    {
        long start = time.GetTimestamp();
        try
        {
            using var deadline = new CancellationTokenSource(config.SaveDeadline, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stop);
            (bool isDone, string remark) = await SaveAsync(either.Token);
            return (isDone, time.GetElapsedTime(start), remark);
        }
        catch (OperationCanceledException)
        {
            return (false, time.GetElapsedTime(start), stop.IsCancellationRequested ? "it was given up, because the guard was told to end" : $"it was not there within {Words.Span(config.SaveDeadline)}");
        }
        catch (Exception e) when (e is HypervisorException or ControlException or IOException or Win32Exception or UnauthorizedAccessException)
        {
            return (false, time.GetElapsedTime(start), e.Message.TrimEnd('.'));
        }
    }

    public async Task<string?> ResumeAsync(string guest, CancellationToken stop)
    {
        try
        {
            using (await turn.TakeAsync(stop)) await backend.ResumeAsync(guest, stop);
            return null;
        }
        catch (Exception e) when (e is HypervisorException or OperationCanceledException)
        {
            return $"{guest} stands still and could not be let go on: {e.Message.TrimEnd('.')}";
        }
    }

    public Task<string?> ReleaseAsync(CancellationToken stop) => _mover.ReleaseAsync();

    private async Task<(bool IsDone, string Remark)> SaveAsync(CancellationToken stop)
    {
        if (config.SaveSets is { } directory)
        {
            using IDisposable mine = await turn.TakeAsync(stop);
            var sets = new GuestSetDirectory(directory);
            SnapshotResult made = await new SetSnapshot(backend, sets, time).RunAsync(new SnapshotOptions { Deadline = config.SaveDeadline }, null, stop);
            sets.Prune(config.SetsKept);
            return (true, $"set {made.Set.Number} of {made.Set.Guests.Count} guests; they stood still for {Words.Span(made.StoodStillFor ?? TimeSpan.Zero)}");
        }

        if (config.SaveCommand is { } command)
        {
            await ShellCommand.RunAsync(command, stop);
            return (true, $"'{command}' has ended well");
        }

        // The operator's call blocks, on a thread of the pool.
        (bool isDone, IReadOnlyList<string> lines) = await Task.Run(
            () => OperatorCall.Ask(RunningJobs.Find(config.SaveJob, Environment.GetEnvironmentVariable), "checkpoint-now", "", config.SaveDeadline), stop).WaitAsync(stop);
        return (isDone, string.Join("; ", lines));
    }
}
