using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;

namespace HpcVirt.Checkpoint;

/// <summary>
/// What this process may still take of its host's memory: the least that any control group above it (version 2 and 1) and the kernel itself leave.
/// Whoever finds the limit of a control group out by reaching it is killed.
/// </summary>
/// <param name="read">Gives the text of a file of /proc or /sys, or null where there is none.</param>
internal sealed class MemoryLimits(Func<string, string?> read)
{
    private const string Root = "/sys/fs/cgroup";

    /// <summary>Of this machine.</summary>
    public static MemoryLimits OfThisProcess { get; } = new(ReadFile);

    /// <summary>The tightest bound, or null where none is known.</summary>
    public MemoryRoom? Tightest()
    {
        MemoryRoom[] rooms = [.. Groups().Select(RoomOf).Append(Available()).OfType<MemoryRoom>()];
        return rooms.Length == 0 ? null : rooms.MinBy(static r => r.Bytes);
    }

    private static string? ReadFile(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static long? Number(string? text) =>
        long.TryParse(text?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : null;

    /// <summary>The number in a line "NAME NUMBER" or "NAME: NUMBER kB".</summary>
    private static long? Field(string? text, string name) => (text ?? "").Split('\n')
        .Select(static line => line.Split((char[])[' ', ':'], StringSplitOptions.RemoveEmptyEntries))
        .Where(words => words.Length >= 2 && words[0] == name)
        .Select(static words => Number(words[1]))
        .FirstOrDefault();

    /// <summary>The directories of the groups that this process is in, each with those above it: the limits of all of them hold.</summary>
    private IEnumerable<(string Path, bool IsVersion2)> Groups()
    {
        foreach (string line in (read("/proc/self/cgroup") ?? "").Split('\n'))
        {
            // "0::/a/b" in version 2, "4:memory:/a/b" in version 1.
            string[] parts = line.Split(':', 3);
            if (parts.Length < 3) continue;
            bool isVersion2 = parts[0] == "0" && parts[1].Length == 0;
            if (!isVersion2 && !parts[1].Split(',').Contains("memory")) continue;
            string mount = isVersion2 ? Root : $"{Root}/memory";
            string path = parts[2].TrimEnd('/');

            // In a container the path is that of the host, while what is mounted begins at the container's own group: the mount itself is asked too.
            while (path.Length > 0)
            {
                yield return (mount + path, isVersion2);
                path = path[..path.LastIndexOf('/')];
            }

            yield return (mount, isVersion2);
        }
    }

    private MemoryRoom? RoomOf((string Path, bool IsVersion2) group)
    {
        string limitFile = $"{group.Path}/{(group.IsVersion2 ? "memory.max" : "memory.limit_in_bytes")}";
        string usedFile = $"{group.Path}/{(group.IsVersion2 ? "memory.current" : "memory.usage_in_bytes")}";
        if (Number(read(limitFile)) is not { } limit || Number(read(usedFile)) is not { } used) return null;

        // Clean pages of files go when others are wanted; they count as used and are none in the way.
        long evictable = Field(read($"{group.Path}/memory.stat"), group.IsVersion2 ? "inactive_file" : "total_inactive_file") ?? 0;
        return new MemoryRoom(long.Max(0, limit - used + evictable), $"what the limit of {limit} bytes in {limitFile} leaves");
    }

    private MemoryRoom? Available() => Field(read("/proc/meminfo"), "MemAvailable") is { } kibiBytes
        ? new MemoryRoom(kibiBytes * 1024, "what the kernel says is available (MemAvailable)")
        : null;
}
