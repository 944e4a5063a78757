using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using HpcVirt.Control.Launchers;

namespace HpcVirt.Control.Schedulers;

/// <summary>What Slurm gave to the job that this process is in, as its environment says.</summary>
/// <param name="JobId">Slurm's number of the job.</param>
/// <param name="Nodes">The nodes in Slurm's short form.</param>
public sealed record SlurmAllocation(string JobId, string Nodes)
{
    /// <summary>Set within every job, by salloc, sbatch and srun.</summary>
    public const string JobIdVariable = "SLURM_JOB_ID";

    /// <summary>Number of tasks that the job asked for; null if it asked for nodes only.</summary>
    public int? Tasks { get; init; }

    /// <summary>Tasks of each node, in the order of the nodes; null if they are not known.</summary>
    public IReadOnlyList<int>? TasksPerNode { get; init; }

    /// <summary>Slurm's name of the node that this process is on; null outside of the allocation, such as under salloc.</summary>
    public string? ThisNode { get; init; }

    /// <summary>When the job will be killed, if Slurm is new enough to say so in the environment (22.05 is not).</summary>
    public DateTimeOffset? End { get; init; }

    /// <summary>How often Slurm has started the job anew.</summary>
    public int Restarts { get; init; }

    /// <summary>Reads the environment; null outside of a Slurm job.</summary>
    /// <param name="variable">Reads one environment variable.</param>
    public static SlurmAllocation? Read(Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        if (variable(JobIdVariable) is not { Length: > 0 } id || variable("SLURM_JOB_NODELIST") is not { Length: > 0 } nodes) return null;
        return new SlurmAllocation(id, nodes)
        {
            Tasks = Number(variable("SLURM_NTASKS")),
            TasksPerNode = variable("SLURM_TASKS_PER_NODE") is { } counts ? SlurmTaskCounts.TryParse(counts) : null,
            ThisNode = variable("SLURMD_NODENAME"),
            End = SlurmController.TryReadTime(variable("SLURM_JOB_END_TIME")),
            Restarts = Number(variable("SLURM_RESTART_COUNT")) ?? 0,
        };
    }

    /// <summary>
    /// Where ranks go: on each node as many as the job asked tasks for there; evenly, if it asked for none or for too few. Empty if all go to this very
    /// node, where the launcher needs no list.
    /// </summary>
    /// <param name="ranks">Number of ranks.</param>
    /// <exception cref="ControlException">The list of nodes cannot be read.</exception>
    public IReadOnlyList<HostSlots> Place(int ranks)
    {
        IReadOnlyList<string> names = SlurmHostList.Expand(Nodes);
        if (names.Count == 1 && names[0] == ThisNode) return [];
        if (Tasks is not null && TasksPerNode is { } counts && counts.Count == names.Count && counts.All(static count => count > 0) && counts.Sum(static count => (long)count) >= ranks)
            return [.. names.Zip(counts, static (name, count) => new HostSlots(name, count))];
        int evenly = (ranks + names.Count - 1) / names.Count;
        return [.. names.Select(name => new HostSlots(name, evenly))];
    }

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
