using System;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.VSphere.Wire;

namespace HpcVirt.Hypervisor.VSphere;

/// <summary>
/// Looks at a task until it has ended. At its deadline, or when nobody wants it any more, vCenter is asked to give it up, and then looked at again: a word that comes too late
/// changes nothing, and only the task itself knows how it ended.
/// </summary>
internal sealed class TaskWatch(VirtualInfrastructureApi machines, VSphereDeadlines deadlines, TimeProvider time)
{
    /// <summary>Waits for the end.</summary>
    /// <param name="task">The task's id.</param>
    /// <param name="within">It is given up after that.</param>
    /// <param name="progress">Is told percent; may be null.</param>
    /// <param name="cancel">Gives it up.</param>
    public async Task<TaskEnd> AwaitAsync(string task, TimeSpan within, Action<int>? progress, CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(within > TimeSpan.Zero ? within : TimeSpan.FromTicks(1), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        try
        {
            return await LookAsync(task, deadlines.Silence, progress, either.Token);
        }
        catch (OperationCanceledException)
        {
            string refusal = await TryCancelAsync(task);
            return await AfterCancelAsync(task, refusal);
        }
    }

    /// <summary>The same, where only success lets the caller go on.</summary>
    /// <exception cref="HypervisorException">It failed, or was given up.</exception>
    public async Task<ViTaskInfo> RequireAsync(string task, string doing, TimeSpan within, CancellationToken cancel)
    {
        switch (await AwaitAsync(task, within, null, cancel))
        {
            case TaskEnd.Done done:
                return done.Info;
            case TaskEnd.Open open:
                throw new VSphereException(VSphereFailure.NoAnswer, $"{doing} has no known end: {open.Reason} See {task} in vCenter's list of tasks, and list the guests.");
            case TaskEnd.Failed failed:
                cancel.ThrowIfCancellationRequested();
                throw new VSphereException(VSphereFailure.Refused, failed.IsGivenUp
                    ? string.Create(CultureInfo.InvariantCulture, $"{doing} was not over within {within.TotalSeconds:0.###} s and was given up. Allow it more time, or see {task} in vCenter's list of tasks.")
                    : $"{doing} failed: {failed.Reason} vCenter's list of tasks says more ({task}).");
            default:
                throw new InvalidOperationException("a task has ended in no known way");
        }
    }

    private async Task<TaskEnd> AfterCancelAsync(string task, string refusal)
    {
        using var deadline = new CancellationTokenSource(deadlines.GiveUp, time);
        try
        {
            TaskEnd end = await LookAsync(task, deadlines.GiveUp, null, deadline.Token);
            return end is TaskEnd.Failed failed ? failed with { IsGivenUp = true } : end;
        }
        catch (OperationCanceledException)
        {
            return new TaskEnd.Open(string.Create(CultureInfo.InvariantCulture, $"it was to be given up, and had not ended {deadlines.GiveUp.TotalSeconds:0.###} s later{refusal}."));
        }
    }

    private async Task<TaskEnd> LookAsync(string task, TimeSpan silence, Action<int>? progress, CancellationToken cancel)
    {
        long heard = time.GetTimestamp();
        while (true)
        {
            try
            {
                ViTaskInfo info = await machines.TaskAsync(task, cancel);
                heard = time.GetTimestamp();
                if (info.State == ViTaskInfo.Success) return new TaskEnd.Done(info);
                if (info.State == ViTaskInfo.Error) return new TaskEnd.Failed((info.Fault is { } fault ? VCenterFault.WordsOf(fault) : "vCenter does not say why") + ".", IsGivenUp: false);
                if (info.Progress is { } percent) progress?.Invoke(Math.Clamp(percent, 0, 100));
            }
            catch (VSphereException e) when (e.Failure is VSphereFailure.Missing)
            {
                return new TaskEnd.Open($"vCenter does not know {task} any more.");
            }
            catch (VSphereException e)
            {
                if (time.GetElapsedTime(heard) >= silence) return new TaskEnd.Open($"{e.Message.TrimEnd('.')}.");
            }

            await Task.Delay(deadlines.LookAgainAfter, time, cancel);
        }
    }

    /// <summary>A task that has ended by then, or that does not let itself be ended, is no error here: its state tells.</summary>
    private async Task<string> TryCancelAsync(string task)
    {
        try
        {
            await machines.CancelTaskAsync(task, CancellationToken.None);
            return "";
        }
        catch (VSphereException e)
        {
            return e.Fault is "InvalidState" or null ? "" : $" ({e.Fault})";
        }
    }
}
