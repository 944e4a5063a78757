using System;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Control.Guard.Protocol;
using HpcVirt.Control.Processes;
using HpcVirt.Hypervisor;

namespace HpcVirt.Control.Guard;

/// <summary>Moves one guest, with its job silenced for the switch-over if there are commands for it. The guard, a drain and a rebalancing move by this and nothing else.</summary>
/// <param name="backend">The hypervisor.</param>
/// <param name="options">How to move; the target is filled in.</param>
/// <param name="silence">The command that silences the job; null for none.</param>
/// <param name="release">The command that lets it go on, run whatever happens once the other was begun; null for none.</param>
/// <param name="time">The clock.</param>
internal sealed class GuestMover(IHypervisorBackend backend, MigrationOptions options, string? silence, string? release, TimeProvider time)
{
    public async Task<MoveResult> MoveAsync(string guest, string target, CancellationToken stop)
    {
        long start = time.GetTimestamp();
        var job = new SilenceCommands(silence, release, time);
        MoveResult result = await TryAsync(guest, target, start, job, stop);
        return await ReleaseAsync(job) is { } trouble ? result with { Remark = result.Remark.Length == 0 ? trouble : $"{result.Remark}; {trouble}" } : result;
    }

    /// <summary>Lets the job go on. Returns what went wrong, or null.</summary>
    public Task<string?> ReleaseAsync() => ReleaseAsync(new SilenceCommands(null, release, time));

    private async Task<string?> ReleaseAsync(SilenceCommands job)
    {
        try
        {
            await job.ReleaseAsync();
            return null;
        }
        catch (Exception e) when (e is HypervisorException or System.ComponentModel.Win32Exception)
        {
            return $"the job was not released ({e.Message.TrimEnd('.')}): run '{release}' by hand";
        }
    }

    private async Task<MoveResult> TryAsync(string guest, string target, long start, SilenceCommands job, CancellationToken stop)
    {
        try
        {
            MigrationOptions whole = options with { TargetHost = target, BeforeSwitchOver = job.Silence, AfterSwitchOver = job.ReleaseEarlyAsync };
            MigrationResult moved = await backend.MigrateAsync(guest, whole, null, stop);
            return new MoveResult(MoveEnding.Arrived, moved.Took > TimeSpan.Zero ? moved.Took : time.GetElapsedTime(start), moved.Downtime, moved.SentBytes, moved.Remark ?? "");
        }
        catch (MigrationFailedException e)
        {
            return new MoveResult(e.GuestIsOn is null ? MoveEnding.Lost : MoveEnding.Failed, TimeSpan.Zero, TimeSpan.Zero, 0, e.Message.TrimEnd('.'));
        }
        catch (OperationCanceledException)
        {
            return new MoveResult(MoveEnding.BrokenOff, TimeSpan.Zero, TimeSpan.Zero, 0, "it was given up, because the guard was told to end");
        }
        catch (Exception e)
        {
            // Whatever a backend dies of: the guest is asked for before anything else is decided about it.
            return new MoveResult(MoveEnding.Failed, TimeSpan.Zero, TimeSpan.Zero, 0, e.Message.TrimEnd('.'));
        }
    }
}
