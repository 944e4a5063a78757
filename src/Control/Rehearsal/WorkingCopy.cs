using System;
using System.Collections.Generic;
using System.IO;
using System.Security.Cryptography;

namespace HpcVirt.Control.Rehearsal;

/// <summary>The working directory of one rehearsed run, and which files the run created or changed in it.</summary>
internal sealed class WorkingCopy
{
    private readonly string _directory;
    private readonly Dictionary<string, string> _before;

    private WorkingCopy(string directory)
    {
        _directory = directory;
        _before = Hashes();
    }

    /// <summary>Makes the directory, empty or as a copy of another one.</summary>
    /// <exception cref="ControlException">The other one is larger than allowed.</exception>
    public static WorkingCopy Create(string directory, string? copyOf, string scratch, long bytesMax)
    {
        Directory.CreateDirectory(directory);
        if (copyOf is null) return new WorkingCopy(directory);
        long bytes = 0;
        foreach (string source in FilesOf(copyOf))
        {
            // A scratch directory below the working directory must not be copied into itself.
            if (source.StartsWith(scratch + Path.DirectorySeparatorChar, StringComparison.Ordinal)) continue;
            bytes += new FileInfo(source).Length;
            if (bytes > bytesMax)
                throw new ControlException(ExitCode.Usage, $"The working directory {copyOf} has more than {bytesMax >> 20} MiB, which each run would copy. Start in a smaller directory, or use --empty to begin in an empty one.");
            string target = Path.Combine(directory, Path.GetRelativePath(copyOf, source));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(source, target);
        }

        return new WorkingCopy(directory);
    }

    /// <summary>Relative paths of the files that were created or changed since, with a hash of their content.</summary>
    public IReadOnlyDictionary<string, string> Changes()
    {
        var changes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach ((string path, string hash) in Hashes())
            if (!_before.TryGetValue(path, out string? before) || before != hash) changes[path] = hash;
        return changes;
    }

    private static IEnumerable<string> FilesOf(string directory) => Directory.EnumerateFiles(directory, "*", new EnumerationOptions
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.Device | FileAttributes.ReparsePoint,
    });

    private Dictionary<string, string> Hashes()
    {
        var hashes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string file in FilesOf(_directory))
        {
            using FileStream stream = File.OpenRead(file);
            hashes[Path.GetRelativePath(_directory, file)] = Convert.ToHexStringLower(SHA256.HashData(stream));
        }

        return hashes;
    }
}
