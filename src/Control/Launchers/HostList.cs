using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;

namespace HpcVirt.Control.Launchers;

/// <summary>Reads <c>--hosts a,b:2</c>.</summary>
public static partial class HostList
{
    /// <summary>
    /// Reads a list of hosts. Without any count the ranks are spread evenly; with counts, a host without one takes one rank.
    /// </summary>
    /// <param name="text">Hosts separated by commas, each with an optional count after a colon.</param>
    /// <param name="ranks">Number of ranks of the job.</param>
    /// <exception cref="ControlException">The list is malformed or has too few places.</exception>
    public static IReadOnlyList<HostSlots> Parse(string text, int ranks)
    {
        string[] entries = text.Split(',', StringSplitOptions.TrimEntries);
        Match[] matches = [.. entries.Select(entry => Entry().Match(entry))];
        int malformed = Array.FindIndex(matches, match => !match.Success);
        if (malformed >= 0)
            throw new ControlException(ExitCode.Usage, $"--hosts: '{entries[malformed]}' is not a host. Write names separated by commas, each with an optional number of ranks: --hosts a,b:2");
        bool counted = matches.Any(match => match.Groups["slots"].Success);
        int evenly = (ranks + matches.Length - 1) / matches.Length;
        HostSlots[] hosts =
        [
            .. matches.Select(match => new HostSlots(
                match.Groups["host"].Value,
                match.Groups["slots"].Success ? int.Parse(match.Groups["slots"].Value, CultureInfo.InvariantCulture) : counted ? 1 : evenly)),
        ];
        int places = hosts.Sum(host => host.Slots);
        if (places < ranks)
            throw new ControlException(ExitCode.Usage, $"--hosts: {text} has places for {places} ranks, -n asks for {ranks}. Raise the counts or leave them out.");
        return hosts;
    }

    // A host must not begin with '-': the launcher would take it for an option.
    [GeneratedRegex("^(?<host>[A-Za-z0-9_][A-Za-z0-9_.-]*)(:(?<slots>[1-9][0-9]{0,5}))?$")]
    private static partial Regex Entry();
}
