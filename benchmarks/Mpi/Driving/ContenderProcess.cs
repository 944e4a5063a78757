using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Diagnostics;
using System.Linq;
using System.Threading.Tasks;

namespace HpcVirt.Benchmarks.Mpi.Driving;

/// <summary>A contender could not be run, or did not say what it measured.</summary>
internal sealed class ContenderException(string message) : Exception(message);

/// <summary>Runs one contender to its end, or ends it at its deadline.</summary>
internal static class ContenderProcess
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    /// <summary>Runs a command and returns what it printed.</summary>
    /// <exception cref="ContenderException">It cannot be started, fails, or misses its deadline.</exception>
    public static string Run(IEnumerable<string> launcher, IEnumerable<string> program)
    {
        string[] command = [.. launcher, .. program];
        string shown = string.Join(' ', command);
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        // Escape sequences have no place in numbers, and UCX must leave the runtime's signals alone in both contenders alike.
        start.Environment["TERM"] = "dumb";
        start.Environment["UCX_HANDLE_ERRORS"] = "none";
        start.Environment.Remove("HPCVIRT_MPI");

        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception reason)
        {
            throw new ContenderException($"'{command[0]}' cannot be started: {reason.Message}");
        }
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Deadline))
        {
            process.Kill(entireProcessTree: true);
            throw new ContenderException($"'{shown}' did not end within {Deadline.TotalMinutes} minutes and was ended");
        }
        if (process.ExitCode != 0)
            throw new ContenderException($"'{shown}' ended with exit code {process.ExitCode}:\n{error.Result}{output.Result}");
        return output.Result;
    }

    /// <summary>Runs a command and returns the number that it reported under <paramref name="name"/>.</summary>
    public static double Measure(IEnumerable<string> launcher, IReadOnlyList<string> program, string name) =>
        Read(Run(launcher, program), program, name);

    /// <summary>The number that a contender reported under <paramref name="name"/>.</summary>
    public static double Read(string output, IReadOnlyList<string> program, string name) =>
        ReportLine.Find(output, name) ?? throw new ContenderException($"'{string.Join(' ', program)}' reported no {name}:\n{output}");
}
