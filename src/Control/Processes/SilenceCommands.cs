using System;
using System.ComponentModel;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor;

namespace HpcVirt.Control.Processes;

/// <summary>The two lines of shell that silence a job and let it go on: the second is run as soon as it may be, and in any case at the end, but not again when it has ended well.</summary>
/// <param name="silence">The line that silences the job, for sh; null for none.</param>
/// <param name="release">The line that lets it go on; null for none.</param>
public sealed class SilenceCommands(string? silence, string? release)
{
    /// <summary>Ending a line of shell takes next to no time; one that cannot be ended is not waited for.</summary>
    private static readonly TimeSpan EndDeadline = TimeSpan.FromSeconds(10);

    private Task? _silencing;
    private bool _isDone;

    /// <summary>Silences the job; null where there is no line for it.</summary>
    public Func<CancellationToken, Task>? Silence => silence is null ? null : BeginAsync;

    /// <summary>Lets the job go on as soon as it may; a failure shows at the end.</summary>
    public async Task ReleaseEarlyAsync()
    {
        try
        {
            await ReleaseAsync(CancellationToken.None);
        }
        catch (Exception e) when (e is HypervisorException or Win32Exception)
        {
            // Run again at the end, and told there.
        }
    }

    /// <summary>Lets the job go on, unless it does, or was not silenced by these lines.</summary>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="HypervisorException">It ended with another code than 0.</exception>
    public async Task ReleaseAsync(CancellationToken cancel)
    {
        if (release is null || _isDone || (silence is not null && _silencing is null)) return;

        // A line that was given up is ended first: it must not silence the job after this.
        if (_silencing is not null) await Task.WhenAny(_silencing, Task.Delay(EndDeadline, cancel));
        await ShellCommand.RunAsync(release, cancel);
        _isDone = true;
    }

    private Task BeginAsync(CancellationToken cancel) => _silencing = ShellCommand.RunAsync(silence!, cancel);
}
