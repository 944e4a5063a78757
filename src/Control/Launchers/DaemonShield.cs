using System;
using System.ComponentModel;
using System.Diagnostics;

namespace HpcVirt.Control.Launchers;

/// <summary>
/// What a launcher's daemons on other hosts are started with where a batch system gives its notice to all processes there: with SIGTERM blocked.
/// A daemon would end its ranks at once, and the notice would be worth nothing. Only GNU's env of coreutils 8.31 or later can do it.
/// </summary>
public static class DaemonShield
{
    /// <summary>The words before the daemon's own name.</summary>
    internal const string Words = "env --block-signal=TERM";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    /// <summary>Whether the env of this host, and so by all likelihood that of the others, can do it.</summary>
    public static bool IsAvailable()
    {
        string[] words = Words.Split(' ');
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(words[0], [words[1], "true"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            if (process.WaitForExit(Deadline)) return process.ExitCode == 0;
            process.Kill();
            return false;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
