using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;

namespace HpcVirt.Control.Schedulers;

/// <summary>Slurm's short form of numbers per node, as in SLURM_TASKS_PER_NODE: <c>2(x3),1</c> is 2, 2, 2, 1. A pure function.</summary>
public static partial class SlurmTaskCounts
{
    /// <summary>Reads the numbers; null if it is no such list, or one of more than <see cref="SlurmHostList.HostsMax"/>.</summary>
    /// <param name="text">The short form.</param>
    public static IReadOnlyList<int>? TryParse(string text)
    {
        var counts = new List<int>();
        foreach (string part in text.Split(','))
        {
            Match match = Part().Match(part);
            if (!match.Success) return null;
            int times = match.Groups["times"].Success ? Number(match.Groups["times"]) : 1;
            if (times > SlurmHostList.HostsMax - counts.Count) return null;
            counts.AddRange(Enumerable.Repeat(Number(match.Groups["count"]), times));
        }

        return counts;
    }

    private static int Number(Group digits) => int.Parse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<count>[0-9]{1,6})(\(x(?<times>[1-9][0-9]{0,5})\))?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Part();
}
