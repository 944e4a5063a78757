using System;
using System.Collections.Generic;
using HpcVirt.Control.Protocol;
using HpcVirt.Mpi.Resilience.Channel;

namespace HpcVirt.Control.Launchers;

/// <summary>Knows how one family of MPI is launched.</summary>
/// <param name="fileName">The launcher, a name on the PATH or a path.</param>
public abstract class MpiLauncher(string fileName)
{
    /// <summary>The launcher, a name on the PATH or a path.</summary>
    public string FileName { get; } = fileName;

    /// <summary>The family.</summary>
    public abstract MpiFamily Family { get; }

    /// <summary>Value of HPCVIRT_MPI that makes the binding load the same MPI.</summary>
    public abstract string Name { get; }

    /// <summary>Variable that only a rank and its children have in their environment.</summary>
    public abstract string RankVariable { get; }

    /// <summary>True if the launcher passes SIGUSR1 on to all ranks, also on other hosts.</summary>
    /// <summary>Whether its jobs can outlive a rank and start another in its place.</summary>
    internal virtual bool CanReplaceRanks => false;

    internal abstract bool ForwardsUserSignals { get; }

    /// <summary>The command of one attempt.</summary>
    /// <param name="plan">What to run.</param>
    /// <param name="jobEnvironment">Variables that every rank must have, also on other hosts.</param>
    public LaunchCommand Build(JobPlan plan, IReadOnlyDictionary<string, string> jobEnvironment)
    {
        var environment = new Dictionary<string, string?>();
        foreach ((string name, string value) in jobEnvironment) environment[name] = value;
        environment[ControlEnvironment.Mpi] = Name;
        // Under mpirun's terminal .NET would print escape sequences; UCX would turn a NullReferenceException into a crash.
        environment["TERM"] = "dumb";
        environment["UCX_HANDLE_ERRORS"] = "none";
        string[] rankVariables = [.. environment.Keys];
        Array.Sort(rankVariables, StringComparer.Ordinal);
        var arguments = new List<string>();
        AddArguments(plan, rankVariables, arguments, environment);
        arguments.AddRange(plan.LauncherArguments);
        arguments.Add(plan.Program.FileName);
        arguments.AddRange(plan.Program.Arguments);
        return new LaunchCommand(FileName, arguments, environment);
    }

    /// <summary>What the launcher's own exit code says about the job.</summary>
    internal abstract ExitStatus StatusOf(int exitCode);

    /// <summary>Reads the mark of a line that was printed under <see cref="JobPlan.TagOutput"/>. False for lines of the launcher.</summary>
    internal abstract bool TryReadTag(string line, out int rank, out string text);

    /// <summary>Adds the options of this family.</summary>
    private protected abstract void AddArguments(JobPlan plan, IReadOnlyList<string> rankVariables, List<string> arguments, Dictionary<string, string?> environment);
}
