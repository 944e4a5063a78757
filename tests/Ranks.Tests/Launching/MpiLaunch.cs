using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Diagnostics;
using System.Linq;
using System.Text;
using System.Threading;

namespace HpcVirt.Ranks.Tests.Launching;

/// <summary>How a launched job ended.</summary>
internal sealed record MpiOutcome(int ExitCode, bool DeadlinePassed, string Output)
{
    public override string ToString() => (DeadlinePassed ? "no end before the deadline; " : "") + $"exit code {ExitCode}; output:\n{Output}";
}

/// <summary>Starts a job under one MPI, gathers its output, and ends it at its deadline.</summary>
internal static class MpiLaunch
{
    private static readonly TimeSpan LastWordsDeadline = TimeSpan.FromSeconds(10);

    public static MpiOutcome Run(
        MpiKind kind, int ranks, TimeSpan deadline, IEnumerable<string> program, IReadOnlyDictionary<string, string?>? environment = null) =>
        Run([.. kind.Command(ranks), .. program], deadline, environment);

    public static MpiOutcome Run(
        IReadOnlyList<string> command,
        TimeSpan deadline,
        IReadOnlyDictionary<string, string?>? environment = null,
        string? workingDirectory = null,
        Func<bool>? endWhen = null)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = workingDirectory ?? "",
        };
        start.Environment["TERM"] = "dumb";
        start.Environment.Remove("HPCVIRT_MPI");
        foreach ((string name, string? value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;

        var output = new StringBuilder();
        var streamsOpen = new CountdownEvent(2);
        using var job = new Process { StartInfo = start };
        job.OutputDataReceived += Keep;
        job.ErrorDataReceived += Keep;
        try
        {
            job.Start();
        }
        catch (Win32Exception absent)
        {
            throw new InvalidOperationException($"{command[0]} cannot be started: {absent.Message}. Rank tests need both MPIs: apt-get install openmpi-bin mpich.", absent);
        }

        job.StandardInput.Close();
        job.BeginOutputReadLine();
        job.BeginErrorReadLine();
        bool ended = endWhen is null ? job.WaitForExit(deadline) : SpinWait.SpinUntil(() => job.HasExited || endWhen(), deadline) && job.HasExited;
        if (!ended)
            job.Kill(entireProcessTree: true);
        job.WaitForExit(LastWordsDeadline);

        // The process may be gone before its last words are read.
        _ = streamsOpen.Wait(LastWordsDeadline);
        lock (output)
            return new MpiOutcome(job.HasExited ? job.ExitCode : -1, !ended, output.ToString());

        void Keep(object sender, DataReceivedEventArgs line)
        {
            lock (output)
            {
                if (line.Data is null)
                    streamsOpen.Signal();
                else if (output.Length < 200_000)
                    output.AppendLine(line.Data);
            }
        }
    }
}
