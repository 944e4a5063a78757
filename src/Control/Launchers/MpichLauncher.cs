using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;
using HpcVirt.Control.Protocol;

namespace HpcVirt.Control.Launchers;

/// <summary>MPICH's Hydra launcher. It hands the whole environment to all ranks, so no variable needs to be named.</summary>
/// <param name="fileName">The launcher, a name on the PATH or a path.</param>
public sealed partial class MpichLauncher(string fileName) : MpiLauncher(fileName)
{
    /// <summary>The signals by which ranks end in practice: ABRT, BUS, FPE, KILL, SEGV, TERM.</summary>
    private static readonly int[] FatalSignals = [6, 7, 8, 9, 11, 15];

    /// <inheritdoc/>
    public override MpiFamily Family => MpiFamily.Mpich;

    /// <inheritdoc/>
    public override string Name => "mpich";

    /// <inheritdoc/>
    public override string RankVariable => "PMI_RANK";

    internal override bool ForwardsUserSignals => false;

    /// <summary>Hydra returns the number of the signal as it is, so the codes of these six are taken for signals.</summary>
    internal override ExitStatus StatusOf(int exitCode) =>
        FatalSignals.Contains(exitCode) ? ExitStatus.OfSignal(exitCode) : ExitStatus.OfCode(exitCode);

    internal override bool TryReadTag(string line, out int rank, out string text)
    {
        Match match = Tag().Match(line);
        rank = match.Success ? int.Parse(match.Groups["rank"].Value, CultureInfo.InvariantCulture) : -1;
        text = match.Success ? line[match.Length..] : line;
        return match.Success;
    }

    private protected override void AddArguments(JobPlan plan, IReadOnlyList<string> rankVariables, List<string> arguments, Dictionary<string, string?> environment)
    {
        arguments.AddRange(["-n", plan.Ranks.ToString(CultureInfo.InvariantCulture)]);
        if (plan.Hosts.Count > 0)
            arguments.AddRange(["-hosts", string.Join(',', plan.Hosts.Select(host => $"{host.Name}:{host.Slots}"))]);
        if (plan.TagOutput) arguments.Add("-prepend-rank");
    }

    [GeneratedRegex(@"^\[(?<rank>\d+)\] ?")]
    private static partial Regex Tag();
}
