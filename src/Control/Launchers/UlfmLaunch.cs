using System;
using System.ComponentModel;
using System.Diagnostics;
using System.Linq;
using System.Threading.Tasks;

namespace HpcVirt.Control.Launchers;

/// <summary>Whether a launcher can start fault-tolerant jobs: it is asked to start one, and not what it is called.</summary>
public static class UlfmLaunch
{
    private static readonly string[] Trial = ["--with-ft", "ulfm", "-n", "1", "true"];

    /// <summary>Starting nothing takes a fifth of a second, and much longer on a machine that is busy.</summary>
    private static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(1);

    /// <summary>Refuses a launcher that cannot.</summary>
    /// <param name="launcher">The launcher.</param>
    /// <exception cref="ControlException">It cannot; the message has its own words.</exception>
    public static void Demand(MpiLauncher launcher) => Demand(launcher, DefaultDeadline);

    internal static void Demand(MpiLauncher launcher, TimeSpan deadline)
    {
        if (WhyNot(launcher, deadline) is { } why)
            throw new ControlException(ExitCode.Usage, $"--strategy ulfm: {launcher.FileName} cannot start fault-tolerant jobs: {why} Use Open MPI 5, or another strategy.");
    }

    private static string? WhyNot(MpiLauncher launcher, TimeSpan deadline)
    {
        if (launcher.Family != MpiFamily.OpenMpi) return "only Open MPI's mpirun can.";
        var start = new ProcessStartInfo(launcher.FileName, Trial) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["OMPI_ALLOW_RUN_AS_ROOT"] = start.Environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1";
        try
        {
            using Process process = Process.Start(start)!;
            process.StandardInput.Close();
            Task<string> error = process.StandardError.ReadToEndAsync(), output = process.StandardOutput.ReadToEndAsync();
            if (process.WaitForExit(deadline)) return process.ExitCode == 0 ? null : $"tried with --with-ft ulfm it ends with {process.ExitCode}{Quote(error, output)}.";
            process.Kill(entireProcessTree: true);
            return $"tried with --with-ft ulfm it did not end within {deadline.TotalSeconds:0} s.";
        }
        catch (Win32Exception error)
        {
            return $"it cannot be started: {error.Message}.";
        }
    }

    /// <summary>What a launcher complains of stands in its first line, and the way to its manual in those after it.</summary>
    private static string Quote(params Task<string>[] streams)
    {
        // Whoever inherited its pipes could keep them open.
        string said = Task.WaitAll(streams, DrainTimeout) ? string.Join('\n', streams.Select(static stream => stream.Result)) : "";
        return said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() is { } first ? $" and says: {first.TrimEnd('.')}" : "";
    }
}
