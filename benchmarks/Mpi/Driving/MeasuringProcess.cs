using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Diagnostics;
using System.Linq;
using System.Threading.Tasks;

namespace HpcVirt.Benchmarks.Mpi.Driving;

/// <summary>A measuring process could not be run, or did not say what it measured.</summary>
internal sealed class MeasuringException(string message) : Exception(message);

/// <summary>Runs one measuring process to its end, or ends it at its deadline.</summary>
internal static class MeasuringProcess
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    /// <summary>Runs a command and returns what it printed.</summary>
    /// <exception cref="MeasuringException">It cannot be started, fails, or misses its deadline.</exception>
    public static string Run(IReadOnlyList<string> command)
    {
        string shown = string.Join(' ', command);
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        // Escape sequences have no place in numbers.
        start.Environment["TERM"] = "dumb";
        // On one core, where launchers put a rank, .NET waits ten times longer before it replaces quick code by fast code: no need to wait.
        start.Environment["DOTNET_TC_DelaySingleProcMultiplier"] = "1";
        start.Environment.Remove("HPCVIRT_MPI");

        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception reason)
        {
            throw new MeasuringException($"'{command[0]}' cannot be started: {reason.Message}");
        }
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Deadline))
        {
            process.Kill(entireProcessTree: true);
            throw new MeasuringException($"'{shown}' did not end within {Deadline.TotalMinutes} minutes and was ended");
        }
        if (process.ExitCode != 0)
            throw new MeasuringException($"'{shown}' ended with exit code {process.ExitCode}:\n{error.Result}{output.Result}");
        return output.Result;
    }

    /// <summary>The number that a process reported under <paramref name="name"/>.</summary>
    /// <exception cref="MeasuringException">It reported none.</exception>
    public static double Read(string output, string name) =>
        ReportLine.Find(output, name) ?? throw new MeasuringException($"a measuring process reported no {name}, but:\n{output}");
}
