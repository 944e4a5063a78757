using System;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.Qemu;
using HpcVirt.Hypervisor.VSphere.Wire;

namespace HpcVirt.Hypervisor.VSphere;

/// <summary>
/// Moves one guest, and finds out where it is, however that ends. vMotion has no word that makes its switch-over wait, and its percent say nothing of when that comes. So a job is
/// silenced before the move is begun, and is silent for all of it: longer than under QEMU, and never too late.
/// </summary>
internal sealed class GuestMove(MachineSearch search, VirtualInfrastructureApi machines, Machine source, string targetHostId, MigrationOptions options, IProgress<MigrationProgress>? progress, VSphereDeadlines deadlines, TimeProvider time)
{
    private const string Unmeasured = "vCenter tells neither how much was sent nor for how long the guest stood still: the bytes are the guest's memory";

    private readonly bool _isRunning = source.Condition is GuestCondition.Running;

    public async Task<MigrationResult> RunAsync(CancellationToken cancel)
    {
        if (source.Condition is not (GuestCondition.Running or GuestCondition.Paused))
            throw new HypervisorException($"guest {source.Guest} on host {source.HostWords} is {source.Words} and cannot be moved. Resume or restore it first.");
        long begun = time.GetTimestamp();
        Report(MigrationPhase.SettingUp, 0);
        var hold = new JobHold(_isRunning ? options : options with { BeforeSwitchOver = null }, time);
        await SilenceAsync(hold, cancel);
        long start = time.GetTimestamp();
        string? remark = await RelocateAsync(options.Deadline - time.GetElapsedTime(begun), cancel);
        await hold.ReleaseAsync();
        Report(MigrationPhase.Done, 100);
        return new MigrationResult
        {
            Guest = source.Guest,
            From = source.HostWords,
            To = options.TargetHost,
            Took = time.GetElapsedTime(start),
            Downtime = TimeSpan.Zero,
            HeldFor = hold.Elapsed,
            SentBytes = source.MemoryBytes,
            Remark = remark is null ? Unmeasured : $"{remark}; {Unmeasured}",
        };
    }

    private async Task SilenceAsync(JobHold hold, CancellationToken cancel)
    {
        if (!hold.IsWanted) return;
        Report(MigrationPhase.Holding, 0);
        hold.Begin(cancel);
        await hold.SettleAsync();
        cancel.ThrowIfCancellationRequested();
        if (hold.Failure is { } failure) throw new MigrationFailedException(source.Guest, source.Host, $"{failure}. Nothing was begun.");
    }

    /// <summary>Moves the guest.</summary>
    /// <returns>What was unusual; null if nothing was.</returns>
    private async Task<string?> RelocateAsync(TimeSpan within, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (within <= TimeSpan.Zero) throw new MigrationFailedException(source.Guest, source.Host, "its time was over before it was begun.");
        try
        {
            (string? task, TaskEnd? end) = await BeginAsync();
            end ??= await new TaskWatch(machines, deadlines, time).AwaitAsync(task!, within, percent => Report(MigrationPhase.Copying, percent), cancel);
            return await WhereAsync(end, task ?? "its task", within, cancel);
        }
        catch (VSphereException e) when (e.Failure is VSphereFailure.Missing)
        {
            throw await MissingAsync(e);
        }
    }

    /// <summary>Something is not there any more. It may be the target as well: only if it is the guest, the guest is lost.</summary>
    private async Task<HypervisorException> MissingAsync(VSphereException error)
    {
        string reason = error.Message.TrimEnd('.') + ".";
        try
        {
            Machine now = await search.RequireAsync(source.Guest, CancellationToken.None);
            return now.Condition == source.Condition ? new MigrationFailedException(source.Guest, now.Host, reason, error) : NoKnownEnd($"{reason} The guest is {now.Words} on host {now.HostWords}", error);
        }
        catch (VSphereException e) when (e.Failure is VSphereFailure.Missing)
        {
            return new MigrationFailedException(source.Guest, null, $"it is not in vCenter any more ({reason.TrimEnd('.')}).", error);
        }
        catch (VSphereException e)
        {
            return NoKnownEnd($"{reason} {e.Message}", e);
        }
    }

    /// <summary>
    /// Begins the move. Not cancelled in the middle, and if no answer comes it is looked for among the guest's tasks: what may have begun must not go on unseen.
    /// </summary>
    private async Task<(string? Task, TaskEnd? End)> BeginAsync()
    {
        try
        {
            return (await machines.RelocateAsync(source.Id, targetHostId, CancellationToken.None), null);
        }
        catch (VSphereException e) when (e.Failure is VSphereFailure.NoAnswer or VSphereFailure.Nonsense)
        {
            return await BegunAsync() is { } task ? (task, null) : (null, new TaskEnd.Failed(e.Message.TrimEnd('.') + ".", IsGivenUp: false));
        }
        catch (VSphereException e) when (e.Failure is not VSphereFailure.Missing)
        {
            throw new MigrationFailedException(source.Guest, source.Host, e.Message.TrimEnd('.') + ".", e);
        }
    }

    private async Task<string?> BegunAsync()
    {
        try
        {
            foreach (ViReference task in await machines.RecentTasksAsync(source.Id, CancellationToken.None) ?? [])
            {
                ViTaskInfo info = await machines.TaskAsync(task.Value, CancellationToken.None);
                if (info.State is ViTaskInfo.Running or ViTaskInfo.Queued && (info.Name == "RelocateVM_Task" || info.DescriptionId == "VirtualMachine.relocate")) return task.Value;
            }

            return null;
        }
        catch (VSphereException e)
        {
            throw NoKnownEnd(e.Message, e);
        }
    }

    private async Task<string?> WhereAsync(TaskEnd end, string task, TimeSpan within, CancellationToken cancel)
    {
        Machine now;
        try
        {
            now = await search.AgainAsync(source, CancellationToken.None);
        }
        catch (VSphereException e) when (e.Failure is not VSphereFailure.Missing)
        {
            throw NoKnownEnd($"{(end is TaskEnd.Open open ? open.Reason : "it has ended.")} See {task}.", e);
        }

        string reason = end switch { TaskEnd.Failed failed => failed.Reason, TaskEnd.Open open => open.Reason, _ => "vCenter says that it was moved." };
        if (!now.Runtime.IsConnected) throw NoKnownEnd($"{reason} Its host {now.HostWords} is not connected ({now.Runtime.ConnectionState}).", null);
        if (now.Condition != source.Condition) throw new MigrationFailedException(source.Guest, null, $"{reason} It was {source.Words} on host {source.HostWords} and is {now.Words} on host {now.HostWords}.");
        if (now.Runtime.Host?.Value == targetHostId) return end is TaskEnd.Done ? null : $"the guest had arrived when its move was to end otherwise ({reason.TrimEnd('.')})";
        if (end is TaskEnd.Open) throw NoKnownEnd($"{reason} It is on host {now.HostWords}, and {task} may still go on.", null);
        if (end is TaskEnd.Failed { IsGivenUp: true })
        {
            cancel.ThrowIfCancellationRequested();
            reason = string.Create(CultureInfo.InvariantCulture, $"it was not over within {within.TotalSeconds:0.###} s and was given up.");
        }

        throw new MigrationFailedException(source.Guest, now.Host, reason);
    }

    private HypervisorException NoKnownEnd(string reason, Exception? cause) =>
        new($"the move of guest {source.Guest} from host {source.HostWords} to host {options.TargetHost} has no known end: {reason.TrimEnd('.')}. See vCenter's list of tasks, and list the guests.", cause);

    private void Report(MigrationPhase phase, int percent)
    {
        long sent = source.MemoryBytes / 100 * percent;
        progress?.Report(new MigrationProgress(phase, source.MemoryBytes, sent, source.MemoryBytes - sent, 0, 0));
    }
}
