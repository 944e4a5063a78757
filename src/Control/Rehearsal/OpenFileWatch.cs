using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;

namespace HpcVirt.Control.Rehearsal;

/// <summary>
/// Looks into /proc/PID/fd of the ranks at every commit: a file that is open for writing then is state that no checkpoint holds, unless
/// the program truncates or seeks it after a restart.
/// </summary>
internal sealed class OpenFileWatch(string workingDirectory, IReadOnlyList<string> ownDirectories)
{
    private const int AccessModeMask = 3;
    private static readonly string[] SystemDirectories = ["/dev/", "/proc/", "/sys/", "/run/", "/tmp/", "/var/tmp/", "/memfd:"];

    private readonly Lock _gate = new();
    private readonly SortedSet<string> _paths = new(StringComparer.Ordinal);

    /// <summary>Files seen open for writing: relative paths inside the working directory, absolute ones outside.</summary>
    public IReadOnlyList<string> Paths
    {
        get
        {
            lock (_gate) return [.. _paths];
        }
    }

    /// <summary>Notes what a process has open for writing now.</summary>
    public void Look(int processId)
    {
        string[] open = [.. WritableFilesOf(processId)];
        lock (_gate) _paths.UnionWith(open);
    }

    private IEnumerable<string> WritableFilesOf(int processId)
    {
        string[] descriptors;
        try
        {
            descriptors = Directory.GetFiles($"/proc/{processId}/fd");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            yield break; // Ended meanwhile.
        }

        foreach (string descriptor in descriptors)
        {
            if (TargetOf(descriptor) is not { } path || !IsForWriting(processId, descriptor)) continue;
            if (path.StartsWith(workingDirectory + "/", StringComparison.Ordinal)) yield return path[(workingDirectory.Length + 1)..];
            else if (!IsOurs(path)) yield return path;
        }
    }

    private bool IsOurs(string path) =>
        SystemDirectories.Concat(ownDirectories).Any(directory => path.StartsWith(directory, StringComparison.Ordinal));

    private static string? TargetOf(string descriptor)
    {
        try
        {
            string? target = File.ResolveLinkTarget(descriptor, returnFinalTarget: false)?.FullName;
            return target is not null && File.Exists(target) && (File.GetAttributes(target) & FileAttributes.Device) == 0 ? target : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool IsForWriting(int processId, string descriptor)
    {
        try
        {
            string? flags = File.ReadLines($"/proc/{processId}/fdinfo/{Path.GetFileName(descriptor)}").FirstOrDefault(line => line.StartsWith("flags:", StringComparison.Ordinal));
            // Octal, as in open(2): 0 reads, 1 writes, 2 does both.
            return flags is not null && (int.Parse(flags.AsSpan(flags.Length - 1), CultureInfo.InvariantCulture) & AccessModeMask) != 0;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
