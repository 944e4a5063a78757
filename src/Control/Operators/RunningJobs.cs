using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using HpcVirt.Control.Processes;

namespace HpcVirt.Control.Operators;

/// <summary>The jobs of this user that run under a supervisor on this host, known by their private directories.</summary>
public static class RunningJobs
{
    private const string Prefix = "hpcvirt-";
    private const string SocketName = "control";

    /// <summary>Finds the one job that is meant.</summary>
    /// <param name="jobId">Its id or the beginning of it; null for the only one.</param>
    /// <param name="variable">The environment.</param>
    /// <returns>Its private directory.</returns>
    /// <exception cref="ControlException">There is none, or more than one.</exception>
    public static string Find(string? jobId, Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        return Find(jobId, new[] { variable("XDG_RUNTIME_DIR"), variable("TMPDIR"), "/tmp" });
    }

    internal static string Find(string? jobId, IEnumerable<string?> places)
    {
        string[] all = [.. Directories(places)];
        string[] found = [.. all.Where(path => jobId is null || Path.GetFileName(path).StartsWith(Prefix + jobId, StringComparison.Ordinal))];

        // A supervisor that was killed leaves its directory; where several are in question, those that nobody listens in do not count.
        if (found.Length > 1)
        {
            string[] answered = [.. found.Where(RuntimeDirectory.IsAnswered)];
            if (answered.Length == 0)
                throw new ControlException(ExitCode.Usage, $"No job of yours runs under `hpcvirt run` on this host; supervisors that were killed have left {found.Length} directories {Prefix}* in {Path.GetDirectoryName(found[0])}, which may be removed.");
            (found, all) = (answered, answered);
        }

        string ids = string.Join(", ", all.Select(static path => Path.GetFileName(path)[Prefix.Length..]));
        return found.Length switch
        {
            1 => found[0],
            0 when all.Length == 0 => throw new ControlException(ExitCode.Usage, "No job of yours runs under `hpcvirt run` on this host. Ask on the host where the supervisor runs."),
            0 => throw new ControlException(ExitCode.Usage, $"There is no job '{jobId}'; there are: {ids}."),
            _ => throw new ControlException(ExitCode.Usage, $"Several jobs run here: {ids}. Name one with --job."),
        };
    }

    private static IEnumerable<string> Directories(IEnumerable<string?> places) =>
        places
            .Where(static place => !string.IsNullOrEmpty(place) && Directory.Exists(place))
            .Distinct()
            .SelectMany(static place => Directory.EnumerateDirectories(place!, Prefix + "*"))
            .Where(static path => File.Exists(Path.Combine(path, SocketName)));
}
