using System;
using System.ComponentModel;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor;

namespace HpcVirt.Control.Processes;

/// <summary>The two lines of shell that silence a job and let it go on: the second is run as soon as it may be, and in any case at the end, but not again when it has ended well.</summary>
/// <param name="silence">The line that silences the job, for sh; null for none.</param>
/// <param name="release">The line that lets it go on; null for none. It has a minute: whoever waits for it is to hear that a job is still silent.</param>
/// <param name="time">The clock.</param>
public sealed class SilenceCommands(string? silence, string? release, TimeProvider time)
{
    /// <summary>Ending a line of shell takes next to no time; one that cannot be ended is not waited for.</summary>
    private static readonly TimeSpan EndDeadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ReleaseDeadline = TimeSpan.FromMinutes(1);

    private Task? _silencing;
    private bool _isDone;

    /// <summary>Silences the job; null where there is no line for it.</summary>
    public Func<CancellationToken, Task>? Silence => silence is null ? null : BeginAsync;

    /// <summary>Lets the job go on as soon as it may; a failure shows at the end.</summary>
    public async Task ReleaseEarlyAsync()
    {
        try
        {
            await ReleaseAsync();
        }
        catch (Exception e) when (e is HypervisorException or Win32Exception)
        {
            // Run again at the end, and told there.
        }
    }

    /// <summary>Lets the job go on, unless it does, or was not silenced by these lines.</summary>
    /// <exception cref="HypervisorException">It ended with another code than 0, or not in time.</exception>
    public async Task ReleaseAsync()
    {
        if (release is null || _isDone || (silence is not null && _silencing is null)) return;

        // A line that was given up is ended first: it must not silence the job after this.
        if (_silencing is not null) await Task.WhenAny(_silencing, Task.Delay(EndDeadline, time));
        using var deadline = new CancellationTokenSource(ReleaseDeadline, time);
        try
        {
            // Also when everything else is given up: a job that stays silent is a job that hangs.
            await ShellCommand.RunAsync(release, deadline.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new HypervisorException($"'{release}' did not end within {ReleaseDeadline.TotalSeconds:0} s: the job may still be silent", e);
        }

        _isDone = true;
    }

    private Task BeginAsync(CancellationToken cancel) => _silencing = ShellCommand.RunAsync(silence!, cancel);
}
