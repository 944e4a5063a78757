using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;

namespace HpcVirt.Control.Processes;

/// <summary>
/// Private directories of jobs whose supervisor and reaper were killed together, as when a host's processes are swept away. A supervisor holds a lock in its directory as long as it lives;
/// where nobody holds it, the next job of the same user clears up.
/// </summary>
internal static partial class LeftBehind
{
    private const string LockName = "owner";
    private const int LooksMax = 1000;

    /// <summary>A job that is just beginning has made its directory, and its lock a moment later.</summary>
    private static readonly TimeSpan AgeMin = TimeSpan.FromMinutes(1);

    /// <summary>Marks a job's directory as one that is in use, until what is returned is closed or the process ends.</summary>
    public static FileStream Own(string directory) => new(Path.Combine(directory, LockName), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);

    /// <summary>Removes what nobody uses any more; what cannot be removed, because it is another user's, stays.</summary>
    public static void Remove(string place, DateTimeOffset now)
    {
        foreach (string directory in Candidates(place, now - AgeMin))
        {
            try
            {
                // The lock is asked for, not the file made: a directory without one is not known to be anybody's.
                using (new FileStream(Path.Combine(directory, LockName), FileMode.Open, FileAccess.Write, FileShare.None, bufferSize: 0))
                    Directory.Delete(directory, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // In use, gone meanwhile, or another user's.
            }
        }
    }

    private static IEnumerable<string> Candidates(string place, DateTimeOffset before)
    {
        try
        {
            // A link could lead anywhere.
            return
            [
                .. new DirectoryInfo(place).EnumerateDirectories("hpcvirt-*")
                    .Where(directory => JobsDirectory().IsMatch(directory.Name) && directory.LinkTarget is null && directory.LastWriteTimeUtc < before)
                    .Take(LooksMax).Select(static directory => directory.FullName),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    [GeneratedRegex("^hpcvirt-[0-9a-f]{12}$")]
    private static partial Regex JobsDirectory();
}
