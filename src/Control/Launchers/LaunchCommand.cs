using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Mpi.Resilience.Channel;

namespace HpcVirt.Control.Launchers;

/// <summary>What is executed for one attempt.</summary>
/// <param name="FileName">The launcher.</param>
/// <param name="Arguments">Its arguments, one by one; no shell is involved.</param>
/// <param name="Environment">Variables that are set in addition to the inherited ones.</param>
public sealed record LaunchCommand(string FileName, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string?> Environment)
{
    /// <summary>Stands for a value that nobody may read.</summary>
    internal const string Hidden = "(hidden)";

    /// <summary>The command as a line that can be pasted into a shell; without the secret, if the environment holds one.</summary>
    public string ToShell()
    {
        IEnumerable<string> variables = Environment.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={Quote(pair.Key == ControlEnvironment.Secret ? Hidden : pair.Value ?? "")}");
        return string.Join(" \\\n  ", [.. variables, string.Join(' ', [Quote(FileName), .. Arguments.Select(Quote)])]);
    }

    private static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:=,@%+".Contains(c, StringComparison.Ordinal))
            ? word
            : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
