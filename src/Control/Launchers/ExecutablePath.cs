using System;
using System.IO;
using System.Linq;

namespace HpcVirt.Control.Launchers;

/// <summary>Finds executables as a shell does.</summary>
internal static class ExecutablePath
{
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Path of an executable file of this name in the PATH, or null.</summary>
    public static string? Find(string name, string? path) =>
        (path ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Select(directory => Path.Combine(directory, name)).FirstOrDefault(IsExecutable);

    public static bool IsExecutable(string file) =>
        File.Exists(file) && !OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & AnyExecute) != 0;
}
