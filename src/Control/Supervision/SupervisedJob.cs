using System;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using HpcVirt.Control.Launchers;
using HpcVirt.Control.Logging;
using HpcVirt.Control.Processes;

namespace HpcVirt.Control.Supervision;

/// <summary><c>hpcvirt run</c>: runs one job on this terminal, with this process's signals.</summary>
public static class SupervisedJob
{
    /// <summary>Runs the job to its end. Its output passes through unchanged; the supervisor's lines go to standard error.</summary>
    /// <param name="options">What to run.</param>
    /// <param name="eventLogPath">File for the events as lines of JSON; null for none. It is overwritten.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ControlException">The options are invalid, the launcher cannot do what they want, or the supervisor cannot be set up.</exception>
    public static SupervisorResult Run(SupervisorOptions options, string? eventLogPath, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validated().UsesUlfm) UlfmLaunch.Demand(options.Launcher);
        if (options.UsesSessions && options.SessionsTrial is { } trial) SessionsLaunch.Demand(options.Launcher, trial);
        using EventLog? events = OpenEventLog(eventLogPath, time);
        using Stream standardOut = Console.OpenStandardOutput();
        using Stream standardError = Console.OpenStandardError();
        var context = new SupervisorContext(time, Environment.GetEnvironmentVariable, new JobStream(standardOut), new JobStream(standardError), events);
        using var supervisor = new Supervisor(options, context);
        using var signals = new StopSignals(supervisor.Post, options.StopOn);
        return supervisor.Run();
    }

    /// <summary>The command that would be executed, with its environment; starts nothing.</summary>
    /// <param name="options">What would be run.</param>
    /// <exception cref="ControlException">The options are invalid.</exception>
    public static LaunchCommand DryRun(SupervisorOptions options) => Supervisor.DryRun(options);

    [SuppressMessage("Reliability", "CA2000", Justification = "The event log owns its stream.")]
    private static EventLog? OpenEventLog(string? path, TimeProvider time)
    {
        if (path is null) return null;
        try
        {
            return new EventLog(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read), time);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ControlException(ExitCode.Usage, $"--json-log: {path} cannot be written: {error.Message}", error);
        }
    }
}
