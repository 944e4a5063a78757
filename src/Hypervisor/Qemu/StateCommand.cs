using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace HpcVirt.Hypervisor.Qemu;

/// <summary>The shell commands through which QEMU writes and reads states.</summary>
internal static class StateCommand
{
    private const string Unfinished = ".part";

    /// <summary>The file gets its name only when everything before it has ended well: QEMU does not look at how its command ended.</summary>
    public static string Write(string file, StateCompression compression)
    {
        string part = Quote(file + Unfinished);
        string filter = compression switch { StateCompression.Lz4 => "lz4 -1 -q -c", StateCompression.Zstd => "zstd -1 -q -c", _ => "cat" };
        return $"exec:{filter} > {part} && mv -n {part} {Quote(file)}";
    }

    public static string Read(string file, StateCompression compression)
    {
        string filter = compression switch { StateCompression.Lz4 => "lz4 -d -q -c", StateCompression.Zstd => "zstd -d -q -c", _ => "cat" };
        return $"exec:{filter} < {Quote(file)}";
    }

    public static void RemoveUnfinished(string file) => File.Delete(file + Unfinished);

    /// <summary>What this machine's PATH can compress with.</summary>
    public static IReadOnlyList<StateCompression> Available() =>
    [
        StateCompression.None,
        .. IsOnPath("lz4") ? [StateCompression.Lz4] : Array.Empty<StateCompression>(),
        .. IsOnPath("zstd") ? [StateCompression.Zstd] : Array.Empty<StateCompression>(),
    ];

    public static string Quote(string word) => "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    private static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, program)));
}
