using System;
using System.Collections.Generic;

namespace HpcVirt.Control.Launchers;

/// <summary>
/// Whether the processes that a launcher starts can open one MPI session after another: they do so, two of them on this host. MPICH 4.0 has sessions and dies
/// at the second one.
/// </summary>
public static class SessionsLaunch
{
    private const int Ranks = 2;

    /// <summary>It takes about a second, and much longer on a machine that is busy.</summary>
    private static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(30);

    /// <summary>Refuses an MPI that cannot.</summary>
    /// <param name="launcher">The launcher.</param>
    /// <param name="trial">A program that opens two sessions and ends with 0.</param>
    /// <exception cref="ControlException">It cannot; the message has its own words.</exception>
    public static void Demand(MpiLauncher launcher, ProgramCommand trial) => Demand(launcher, trial, DefaultDeadline);

    internal static void Demand(MpiLauncher launcher, ProgramCommand trial, TimeSpan deadline)
    {
        LaunchCommand command = launcher.Build(new JobPlan(Ranks, trial), new Dictionary<string, string>());
        if (LauncherTrial.WhyNot(command.FileName, command.Arguments, command.Environment, "two sessions, one after the other,", deadline) is { } why)
            throw new ControlException(ExitCode.Usage, $"--strategy sessions: the MPI of {launcher.FileName} cannot open its links again: {why} Use MPICH 4.2, or another strategy.");
    }
}
