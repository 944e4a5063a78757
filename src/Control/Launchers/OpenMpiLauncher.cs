using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;
using HpcVirt.Control.Protocol;

namespace HpcVirt.Control.Launchers;

/// <summary>Open MPI's mpirun.</summary>
/// <param name="fileName">The launcher, a name on the PATH or a path.</param>
public sealed partial class OpenMpiLauncher(string fileName) : MpiLauncher(fileName)
{
    private const int SignalBase = 128;

    /// <inheritdoc/>
    public override MpiFamily Family => MpiFamily.OpenMpi;

    /// <inheritdoc/>
    public override string Name => "openmpi";

    /// <inheritdoc/>
    public override string RankVariable => "OMPI_COMM_WORLD_RANK";

    internal override bool ForwardsUserSignals => true;

    internal override bool CanReplaceRanks => true;

    internal override ExitStatus StatusOf(int exitCode) =>
        exitCode > SignalBase ? ExitStatus.OfSignal(exitCode - SignalBase) : ExitStatus.OfCode(exitCode);

    internal override bool TryReadTag(string line, out int rank, out string text)
    {
        Match match = Tag().Match(line);
        rank = match.Success ? int.Parse(match.Groups["rank"].Value, CultureInfo.InvariantCulture) : -1;
        text = match.Success ? line[match.Length..] : line;
        return match.Success;
    }

    private protected override void AddArguments(JobPlan plan, IReadOnlyList<string> rankVariables, List<string> arguments, Dictionary<string, string?> environment)
    {
        arguments.AddRange(["-n", (plan.Ranks + plan.Standbys).ToString(CultureInfo.InvariantCulture)]);
        // Bound to one core, a .NET rank loses its background threads' room and believes that it has one processor.
        arguments.AddRange(["--bind-to", "none"]);
        // mpirun waits a second between SIGTERM and SIGKILL of the other ranks when one is lost; they have nothing to save then.
        arguments.AddRange(["--mca", "odls_base_sigkill_timeout", "0"]);
        if (plan.Hosts.Count > 0)
            arguments.AddRange(["--host", string.Join(',', plan.Hosts.Concat(plan.HostsBeside).Select(host => $"{host.Name}:{host.Slots}"))]);
        // Where the ranks go is said by --host; Slurm's own count may be of fewer.
        if (plan.Hosts.Count == 0 || plan.IsWithinSlurm) arguments.Add("--oversubscribe");
        if (plan.HostsBeside.Count > 0) arguments.AddRange(["--map-by", "slot"]);
        if (plan.IsWithinSlurm && plan.ShieldsDaemons) arguments.AddRange(["--mca", "orte_launch_agent", DaemonShield.Words + " orted"]);
        if (plan.Hosts.Count == 0 && plan.Ranks + plan.Standbys > plan.Processors) arguments.AddRange(["--mca", "mpi_yield_when_idle", "1"]);
        // The job outlives a rank; whoever was left by one cannot finalize, and says so to nobody.
        if (plan.UsesUlfm) AddUlfm(plan, arguments, environment);
        else if (plan.RepairsInJob) arguments.AddRange(["--mca", "orte_enable_recovery", "1", "--mca", "orte_allowed_exit_without_sync", "1"]);
        if (plan.TagOutput) arguments.Add("--tag-output");
        foreach (string variable in rankVariables) arguments.AddRange(["-x", variable]);
        if (!plan.IsRoot) return;
        // In a container root is the only user there is. The variables reach mpirun's helpers too; the option would not.
        environment["OMPI_ALLOW_RUN_AS_ROOT"] = "1";
        environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1";
    }

    /// <summary>
    /// Open MPI 5. Its shared memory connects only processes that were started together, and its TCP does not find the way from a host's address to itself:
    /// where all ranks are on this host, replacements talk over the loopback. An option of the user's wins over a variable.
    /// </summary>
    private static void AddUlfm(JobPlan plan, List<string> arguments, Dictionary<string, string?> environment)
    {
        // As above: whoever was left by a rank cannot finalize.
        arguments.AddRange(["--with-ft", "ulfm", "--prtemca", "prte_allowed_exit_without_sync", "1"]);
        if (plan.Hosts.Count == 0) environment["OMPI_MCA_btl_tcp_if_include"] = "lo";
    }

    [GeneratedRegex(@"^\[\d+,(?<rank>\d+)\]<stdout>:")]
    private static partial Regex Tag();
}
