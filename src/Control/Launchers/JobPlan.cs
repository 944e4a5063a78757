using System.Collections.Generic;

namespace HpcVirt.Control.Launchers;

/// <summary>What is to be run, the same in every attempt.</summary>
/// <param name="Ranks">Number of ranks, at least 1.</param>
/// <param name="Program">The program and its arguments.</param>
public sealed record JobPlan(int Ranks, ProgramCommand Program)
{
    /// <summary>Where the ranks go; empty for this host, or for what the batch system gives to the launcher.</summary>
    public IReadOnlyList<HostSlots> Hosts { get; init; } = [];

    /// <summary>Further hosts, without ranks at first, where replacements may be started later.</summary>
    public IReadOnlyList<HostSlots> HostsBeside { get; init; } = [];

    /// <summary>How many more processes are started than there are ranks: those wait. With hosts they go to those beside.</summary>
    public int Standbys { get; init; }

    /// <summary>Arguments passed through to the launcher.</summary>
    public IReadOnlyList<string> LauncherArguments { get; init; } = [];

    /// <summary>True if every line of standard output is to be marked with its rank.</summary>
    public bool TagOutput { get; init; }

    /// <summary>True if the job has to outlive the loss of ranks, because replacements are taken in.</summary>
    public bool RepairsInJob { get; init; }

    /// <summary>True if the MPI's own fault tolerance is to tell who is lost, and to let the others go on.</summary>
    public bool UsesUlfm { get; init; }

    /// <summary>True if Slurm starts the launcher's daemons on other hosts: it counts places in its own way, and its notice comes to all processes there.</summary>
    public bool IsWithinSlurm { get; init; }

    /// <summary>True if those daemons are started with SIGTERM blocked; see <see cref="DaemonShield"/>.</summary>
    public bool ShieldsDaemons { get; init; }

    /// <summary>Number of processors of this host.</summary>
    public int Processors { get; init; } = System.Environment.ProcessorCount;

    /// <summary>True if the supervisor runs as root.</summary>
    public bool IsRoot { get; init; } = Native.LibC.EffectiveUserId() == 0;
}
