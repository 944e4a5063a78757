using System;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace HpcVirt.Control.Schedulers;

/// <summary>Asks Slurm what it does not say in the environment.</summary>
public static class SlurmController
{
    /// <summary>A controller that is overloaded or down must not keep the job from starting.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    /// <summary>When Slurm will kill a job for its time is up; null if it does not say, or does not answer within 10 s.</summary>
    /// <param name="jobId">Slurm's number of the job.</param>
    public static DateTimeOffset? EndOf(string jobId) => EndOf(jobId, "squeue", Deadline);

    internal static DateTimeOffset? EndOf(string jobId, string squeue, TimeSpan deadline)
    {
        var start = new ProcessStartInfo(squeue) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])["-h", "-j", jobId, "-o", "%e"]) start.ArgumentList.Add(argument);

        // Seconds since 1970: its usual form names no time zone.
        start.Environment["SLURM_TIME_FORMAT"] = "%s";
        try
        {
            using Process process = Process.Start(start)!;
            process.StandardInput.Close();
            if (process.WaitForExit(deadline)) return TryReadTime(process.StandardOutput.ReadToEnd().Trim());
            process.Kill();
            return null;
        }
        catch (Win32Exception)
        {
            // There is no squeue here: a container within the job, for instance.
            return null;
        }
    }

    /// <summary>Reads seconds since 1970; null for Slurm's words for "never" and "unknown", and for no text.</summary>
    internal static DateTimeOffset? TryReadTime(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) && seconds > 0 && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
}
