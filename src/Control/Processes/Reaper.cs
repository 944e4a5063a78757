using System;
using System.Diagnostics;
using HpcVirt.Mpi.Resilience.Channel;

namespace HpcVirt.Control.Processes;

/// <summary>
/// Cleans up after a supervisor that was killed before it could: a shell in a session of its own that waits at the end of a pipe. When the
/// pipe closes without the word "done", the supervisor is gone; it then ends the job's processes and removes the runtime directory.
/// </summary>
/// <remarks>
/// A pipe, and not PR_SET_PDEATHSIG on the launcher: that signal is sent when the *thread* that started the launcher ends, does not
/// reach ranks (SIGKILL of mpirun leaves them), and removes no directory. What counts as the job's processes here is said by
/// <see cref="JobProcesses"/>.
/// </remarks>
internal sealed class Reaper : IDisposable
{
    private const string Script = $$"""
        exec >/dev/null 2>&1
        read -r word && [ "$word" = done ] && exit 0
        host=
        [ "$3" = here ] && host=$(readlink /proc/self/ns/uts)
        signal() {
            found=1
            for environment in /proc/[0-9]*/environ; do
                grep -qzx "{{ControlEnvironment.JobId}}=$1" "$environment" || continue
                [ -z "$host" ] || [ "$(readlink "${environment%environ}ns/uts")" = "$host" ] || continue
                process=${environment#/proc/}
                kill -"$2" "${process%/environ}" && found=0
            done
            return $found
        }
        tries=0
        signal "$1" TERM
        while [ $tries -lt 20 ] && signal "$1" 0; do sleep 0.1; tries=$((tries + 1)); done
        tries=0
        while [ $tries -lt 20 ] && signal "$1" KILL; do sleep 0.1; tries=$((tries + 1)); done
        rm -rf -- "$2"
        """;

    private static readonly TimeSpan ExitTimeout = TimeSpan.FromSeconds(2);

    private readonly Process _shell;

    public Reaper(string jobId, string runtimeDirectory, bool leavesOtherHosts)
    {
        var start = new ProcessStartInfo("setsid") { RedirectStandardInput = true, WorkingDirectory = "/" };
        // The reaper must not carry an outer job's id, or that job would end it before its work.
        start.Environment.Remove(ControlEnvironment.JobId);
        foreach (string argument in (string[])["sh", "-c", Script, "hpcvirt-reaper", jobId, runtimeDirectory, leavesOtherHosts ? "here" : "all"]) start.ArgumentList.Add(argument);
        _shell = Process.Start(start) ?? throw new ControlException(ExitCode.InternalError, "The reaper (setsid sh) could not be started. Install util-linux.");
    }

    public int ProcessId => _shell.Id;

    /// <summary>Sends the reaper home: everything was cleaned up.</summary>
    public void Dispose()
    {
        try
        {
            _shell.StandardInput.WriteLine("done");
            _shell.StandardInput.Close();
        }
        catch (System.IO.IOException)
        {
            // Somebody ended it; then there is nobody to send home.
        }

        _shell.WaitForExit(ExitTimeout);
        _shell.Dispose();
    }
}
