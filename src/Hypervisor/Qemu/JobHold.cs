using System;
using System.Threading;
using System.Threading.Tasks;

namespace HpcVirt.Hypervisor.Qemu;

/// <summary>Lets the caller silence its job before a switch-over: once per move, with a deadline, while the guest works.</summary>
internal sealed class JobHold(MigrationOptions options, TimeProvider time)
{
    private Task? _holding;
    private long _since;

    /// <summary>A job is to be silenced, and nobody has begun with it.</summary>
    public bool IsWanted => options.BeforeSwitchOver is not null && _holding is null;

    /// <summary>The job is being silenced.</summary>
    public bool IsUnderWay => _holding is { IsCompleted: false };

    /// <summary>The job is silent, and waits for the guest to arrive.</summary>
    public bool IsHeld => _holding is { IsCompletedSuccessfully: true };

    /// <summary>Nothing stands in the way of the switch-over: the job is silent, or there is none to silence.</summary>
    public bool IsDone => options.BeforeSwitchOver is null || IsHeld;

    /// <summary>Why the job could not be silenced; null if it could, or may yet.</summary>
    public string? Failure => _holding switch
    {
        { IsFaulted: true } => $"the job could not be silenced ({_holding.Exception.InnerException!.Message.TrimEnd('.')})",
        { IsCanceled: true } => $"the job was not silent within {options.HoldDeadline.TotalSeconds:0.###} s",
        _ => null,
    };

    /// <summary>How long ago the silencing began, or for how long the job was held; null if it was not.</summary>
    public TimeSpan? Elapsed
    {
        get => _holding is null ? null : field ?? time.GetElapsedTime(_since);
        private set;
    }

    /// <summary>The guest works at its target: lets the job go on, if it was silenced, before anything is cleared up.</summary>
    public async Task ReleaseAsync()
    {
        if (_holding is null || options.AfterSwitchOver is null) return;
        Elapsed = time.GetElapsedTime(_since);
        try
        {
            await options.AfterSwitchOver();
        }
        catch (Exception)
        {
            // It is the caller's own, and the caller has to release a job whose move has failed, too: there it is told.
        }
    }

    public void Begin(CancellationToken cancel)
    {
        _since = time.GetTimestamp();
        _holding = RunAsync(cancel);
    }

    /// <summary>Waits for the end of what was begun, however it ends.</summary>
    public async Task SettleAsync()
    {
        if (_holding is null) return;
        await ((Task)_holding).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RunAsync(CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(options.HoldDeadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        // Who does not obey the token is not waited for either.
        await options.BeforeSwitchOver!(either.Token).WaitAsync(either.Token);
    }
}
