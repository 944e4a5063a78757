using System;
using System.ComponentModel;
using System.Diagnostics;
using HpcVirt.Mpi.Resilience.Channel;

namespace HpcVirt.Control.Launchers;

/// <summary>Chooses the launcher: what the user says, else HPCVIRT_MPI, else what is installed.</summary>
public static class LauncherChoice
{
    private const string OpenMpiPackage = "openmpi-bin";
    private const string MpichPackage = "mpich";
    private static readonly TimeSpan VersionTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Chooses a launcher.</summary>
    /// <param name="wish"><c>auto</c>, <c>openmpi</c> or <c>mpich</c>.</param>
    /// <param name="variable">The environment.</param>
    /// <exception cref="ControlException">The wish is unknown, or no such MPI is installed.</exception>
    public static MpiLauncher Choose(string wish, Func<string, string?> variable) => Choose(wish, variable, VersionOf);

    internal static MpiLauncher Choose(string wish, Func<string, string?> variable, Func<string, string> versionOf)
    {
        string origin = "--mpi";
        if (wish == "auto" && variable(ControlEnvironment.Mpi) is { Length: > 0 } overridden)
        {
            wish = overridden;
            origin = ControlEnvironment.Mpi;
        }

        string? path = variable("PATH");
        return wish switch
        {
            "openmpi" => (MpiLauncher?)FindOpenMpi(path, versionOf) ?? throw Missing("Open MPI", OpenMpiPackage),
            "mpich" => FindMpich(path, versionOf) ?? throw Missing("MPICH", MpichPackage),
            "auto" => (MpiLauncher?)FindOpenMpi(path, versionOf) ?? FindMpich(path, versionOf) ?? throw Missing("No MPI", $"{OpenMpiPackage}    # or: {MpichPackage}"),
            _ => throw new ControlException(ExitCode.Usage, $"{origin}: '{wish}' is unknown. Use auto, openmpi or mpich."),
        };
    }

    private static OpenMpiLauncher? FindOpenMpi(string? path, Func<string, string> versionOf)
    {
        // Debian's alternatives may let the plain name point to either MPI; the full name cannot mislead.
        if (ExecutablePath.Find("mpirun.openmpi", path) is { } named) return new OpenMpiLauncher(named);
        return ExecutablePath.Find("mpirun", path) is { } plain && IsOpenMpi(versionOf(plain)) ? new OpenMpiLauncher(plain) : null;
    }

    private static MpichLauncher? FindMpich(string? path, Func<string, string> versionOf)
    {
        foreach (string name in new[] { "mpiexec.hydra", "mpiexec.mpich" })
            if (ExecutablePath.Find(name, path) is { } named) return new MpichLauncher(named);
        return ExecutablePath.Find("mpiexec", path) is { } plain && versionOf(plain).Contains("HYDRA", StringComparison.OrdinalIgnoreCase) ? new MpichLauncher(plain) : null;
    }

    private static bool IsOpenMpi(string version) =>
        version.Contains("Open MPI", StringComparison.Ordinal) || version.Contains("OpenRTE", StringComparison.Ordinal) || version.Contains("PRRTE", StringComparison.Ordinal);

    private static string VersionOf(string launcher)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(launcher, "--version") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })!;
            process.StandardInput.Close();
            if (!process.WaitForExit(VersionTimeout))
            {
                process.Kill();
                return "";
            }

            return process.StandardOutput.ReadToEnd();
        }
        catch (Win32Exception)
        {
            return "";
        }
    }

    private static ControlException Missing(string what, string package)
    {
        string subject = what == "No MPI" ? "No MPI is" : $"{what} is not";
        return new ControlException(ExitCode.MpiMissing, $"{subject} installed, or its launcher is not on the PATH. On Debian and Ubuntu:\n  apt-get install {package}");
    }
}
