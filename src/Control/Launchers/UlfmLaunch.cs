using System;
using System.Collections.Generic;

namespace HpcVirt.Control.Launchers;

/// <summary>Whether a launcher can start fault-tolerant jobs: it is asked to start one, and not what it is called.</summary>
public static class UlfmLaunch
{
    private static readonly string[] Trial = ["--with-ft", "ulfm", "-n", "1", "true"];

    private static readonly Dictionary<string, string?> AsRoot = new() { ["OMPI_ALLOW_RUN_AS_ROOT"] = "1", ["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1" };

    /// <summary>Starting nothing takes a fifth of a second, and much longer on a machine that is busy.</summary>
    private static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(30);

    /// <summary>Refuses a launcher that cannot.</summary>
    /// <param name="launcher">The launcher.</param>
    /// <exception cref="ControlException">It cannot; the message has its own words.</exception>
    public static void Demand(MpiLauncher launcher) => Demand(launcher, DefaultDeadline);

    internal static void Demand(MpiLauncher launcher, TimeSpan deadline)
    {
        string? why = launcher.Family == MpiFamily.OpenMpi ? LauncherTrial.WhyNot(launcher.FileName, Trial, AsRoot, "--with-ft ulfm", deadline) : "only Open MPI's mpirun can.";
        if (why is not null)
            throw new ControlException(ExitCode.Usage, $"--strategy ulfm: {launcher.FileName} cannot start fault-tolerant jobs: {why} Use Open MPI 5, or another strategy.");
    }
}
