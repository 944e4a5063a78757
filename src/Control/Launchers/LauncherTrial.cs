using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Diagnostics;
using System.Linq;
using System.Threading.Tasks;

namespace HpcVirt.Control.Launchers;

/// <summary>Finds out what a launcher and its MPI can do by having it done once, on this host, and not by what they are called.</summary>
internal static class LauncherTrial
{
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(1);

    /// <summary>Runs a launcher to its end.</summary>
    /// <param name="fileName">The launcher.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables that are set in addition.</param>
    /// <param name="what">What is tried, for the answer.</param>
    /// <param name="deadline">How long it may take; then it is ended.</param>
    /// <returns>Null if it went well; otherwise a sentence that says how it ended, with the launcher's own words.</returns>
    public static string? WhyNot(string fileName, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> environment, string what, TimeSpan deadline)
    {
        var start = new ProcessStartInfo(fileName, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach ((string name, string? value) in environment) start.Environment[name] = value;
        try
        {
            using Process process = Process.Start(start)!;
            process.StandardInput.Close();
            Task<string> error = process.StandardError.ReadToEndAsync(), output = process.StandardOutput.ReadToEndAsync();
            if (process.WaitForExit(deadline)) return process.ExitCode == 0 ? null : $"tried with {what} it ends with {process.ExitCode}{Quote(error, output)}.";
            process.Kill(entireProcessTree: true);
            return $"tried with {what} it did not end within {deadline.TotalSeconds:0} s.";
        }
        catch (Win32Exception error)
        {
            return $"it cannot be started: {error.Message}.";
        }
    }

    /// <summary>What a launcher complains of stands in its first line that is not drawn, and the way to its manual in those after it.</summary>
    private static string Quote(params Task<string>[] streams)
    {
        // Whoever inherited its pipes could keep them open.
        string said = Task.WaitAll(streams, DrainTimeout) ? string.Join('\n', streams.Select(static stream => stream.Result)) : "";
        return said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault(static line => line.Any(char.IsLetter)) is { } first ? $" and says: {first.Trim('=', ' ').TrimEnd('.')}" : "";
    }
}
