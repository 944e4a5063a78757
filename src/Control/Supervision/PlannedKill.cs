using System.Collections.Generic;
using System.Globalization;

namespace HpcVirt.Control.Supervision;

/// <summary>A rehearsed loss: SIGKILL a rank a random moment after a commit.</summary>
/// <param name="AfterCommit">Which commit of the job, counted from 1 over all attempts.</param>
/// <param name="Rank">The rank, or null for a random one of this host.</param>
public sealed record PlannedKill(int AfterCommit, int? Rank)
{
    /// <summary>Reads <c>N[@RANK]</c>.</summary>
    /// <param name="text">The text, for instance <c>2</c> or <c>2@0</c>.</param>
    /// <exception cref="ControlException">The text is malformed.</exception>
    public static PlannedKill Parse(string text)
    {
        string[] parts = text.Split('@');
        if (parts.Length <= 2 && TryParse(parts[0], out int commit) && commit >= 1)
        {
            if (parts.Length == 1) return new PlannedKill(commit, null);
            if (TryParse(parts[1], out int rank)) return new PlannedKill(commit, rank);
        }

        throw new ControlException(ExitCode.Usage, $"--rehearse-kill: '{text}' is not N or N@RANK. For instance 2 (a random rank after the second commit) or 2@0 (rank 0).");
    }

    /// <summary>One kill after each of the commits 1, 2, ..., <paramref name="count"/>, of random ranks.</summary>
    /// <param name="count">Number of kills.</param>
    public static IReadOnlyList<PlannedKill> AfterEachOfTheFirst(int count)
    {
        var kills = new PlannedKill[count];
        for (int i = 0; i < count; i++) kills[i] = new PlannedKill(i + 1, null);
        return kills;
    }

    private static bool TryParse(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
