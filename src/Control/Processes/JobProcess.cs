using System;
using System.ComponentModel;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Control.Launchers;

namespace HpcVirt.Control.Processes;

/// <summary>
/// The launcher of one attempt, in a session and process group of its own, so that a Ctrl-C at the terminal reaches the supervisor
/// and not mpirun.
/// </summary>
/// <remarks>
/// Started through the setsid program of util-linux (an essential package): the child of Process.Start is no group leader, so setsid
/// does not fork, and the launcher's process id is also the one of its session. An own posix_spawn with POSIX_SPAWN_SETSID
/// would have to re-implement pipes and reaping beside the runtime's. The job's standard input is empty, for it could
/// not be read a second time by the next attempt.
/// </remarks>
internal sealed class JobProcess : IDisposable
{
    private readonly Process _process;
    private readonly ProcessIdentity? _identity;
    private readonly OutputPump _out;
    private readonly OutputPump _error;
    private readonly TaskCompletionSource<int> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private JobProcess(Process process, JobStream standardOut, JobStream standardError)
    {
        _process = process;
        _identity = ProcessIdentity.TryOpen(process.Id);
        process.StandardInput.Close();
        _out = new OutputPump(process.StandardOutput.BaseStream, standardOut, "hpcvirt job stdout");
        _error = new OutputPump(process.StandardError.BaseStream, standardError, "hpcvirt job stderr");
        ProcessId = process.Id;

        // One thread asks the process for its end and lets go of it: whoever else waits may still do so when the attempt has been put away.
        new Thread(AwaitEnd) { IsBackground = true, Name = "hpcvirt launcher end" }.Start();
    }

    public int ProcessId { get; }

    /// <summary>How it ended; waits until it has.</summary>
    public int ExitCode => _end.Task.Result;

    /// <exception cref="ControlException">The launcher cannot be started.</exception>
    public static JobProcess Start(LaunchCommand command, string? workingDirectory, JobStream standardOut, JobStream standardError)
    {
        var start = new ProcessStartInfo("setsid")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory ?? "",
        };
        start.ArgumentList.Add(command.FileName);
        foreach (string argument in command.Arguments) start.ArgumentList.Add(argument);
        foreach ((string name, string? value) in command.Environment) start.Environment[name] = value;
        try
        {
            return new JobProcess(Process.Start(start)!, standardOut, standardError);
        }
        catch (Win32Exception error)
        {
            throw new ControlException(Control.ExitCode.InternalError, $"The launcher could not be started: {error.Message}. `setsid` (package util-linux) and {command.FileName} must be on the PATH.", error);
        }
    }

    /// <summary>Waits for the launcher to end. False at the deadline.</summary>
    public bool WaitForExit(TimeSpan timeout) => _end.Task.Wait(timeout);

    public void WaitForExit() => _end.Task.Wait();

    /// <summary>Signals the launcher. What else belongs to the job is found by <see cref="JobProcesses"/>.</summary>
    public void Signal(int signal) => _identity?.Signal(signal);

    public void WaitForOutput(TimeSpan timeout)
    {
        _out.Wait(timeout);
        _error.Wait(timeout);
    }

    /// <summary>Forgets the launcher; it may still be waited for.</summary>
    public void Dispose() => _identity?.Dispose();

    private void AwaitEnd()
    {
        _process.WaitForExit();
        int exitCode = _process.ExitCode;
        _process.Dispose();
        _end.SetResult(exitCode);
    }
}
