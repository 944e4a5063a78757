using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;

namespace HpcVirt.Control.Processes;

/// <summary>
/// Private directories of jobs whose supervisor and reaper were killed together, as when a host's processes are swept away. A supervisor holds a lock in its directory as long as it lives;
/// where nobody holds it, the next job of the same user clears up. A lock alone is no proof, for the directory may be on a file system that other hosts see and locks do not reach: so it
/// says which start of which machine it is of, and nobody may listen there.
/// </summary>
internal static partial class LeftBehind
{
    private const string LockName = "owner";
    private const string ThisBootFile = "/proc/sys/kernel/random/boot_id";
    private const int LooksMax = 1000;

    /// <summary>A job that is just beginning has made its directory, and its lock a moment later.</summary>
    private static readonly TimeSpan AgeMin = TimeSpan.FromMinutes(1);

    /// <summary>Marks a job's directory as one that is in use, until what is returned is closed or the process ends.</summary>
    public static FileStream Own(string directory)
    {
        var owner = new FileStream(Path.Combine(directory, LockName), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        owner.Write(Encoding.ASCII.GetBytes(ThisBoot()));
        return owner;
    }

    /// <summary>Removes what nobody uses any more; what cannot be removed, because it is another user's, stays.</summary>
    public static void Remove(string place, DateTimeOffset now)
    {
        string boot = ThisBoot();
        if (boot.Length == 0) return;
        foreach (string directory in Candidates(place, now - AgeMin))
        {
            try
            {
                // The lock is asked for, not the file made: a directory without one is not known to be anybody's.
                using var owner = new FileStream(Path.Combine(directory, LockName), FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
                byte[] said = new byte[boot.Length];
                if (owner.ReadAtLeast(said, said.Length, throwOnEndOfStream: false) < said.Length || Encoding.ASCII.GetString(said) != boot) continue;
                if (!RuntimeDirectory.IsAnswered(directory)) Directory.Delete(directory, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // In use, gone meanwhile, or another user's.
            }
        }
    }

    /// <summary>Names this start of this machine, containers on it included; empty where the kernel does not say.</summary>
    private static string ThisBoot()
    {
        try
        {
            return File.ReadAllText(ThisBootFile).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
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
