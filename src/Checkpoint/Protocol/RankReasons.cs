using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace HpcVirt.Checkpoint.Protocol;

/// <summary>The reasons of all ranks as text: ranks with the same words share a line, so that a thousand ranks of one opinion are read in one.</summary>
internal static class RankReasons
{
    private const int LinesMax = 20;

    /// <summary>Null where no rank has a reason.</summary>
    public static string? Join(IEnumerable<string?> byRank)
    {
        string[] lines =
        [
            .. byRank.Select(static (reason, rank) => (Reason: reason, Rank: rank)).Where(static entry => entry.Reason is not null)
                .GroupBy(static entry => entry.Reason, static entry => entry.Rank)
                .Select(static group => $"{Ranks([.. group])}: {group.Key}"),
        ];
        if (lines.Length == 0) return null;
        string text = string.Join(Environment.NewLine, lines.Take(LinesMax));
        return lines.Length <= LinesMax ? text : $"{text}{Environment.NewLine}and {lines.Length - LinesMax} more reasons";
    }

    /// <summary>Ranks in rising order as <c>rank 3</c> or <c>ranks 0-2, 5</c>.</summary>
    private static string Ranks(int[] ranks)
    {
        if (ranks.Length == 1) return string.Create(CultureInfo.InvariantCulture, $"rank {ranks[0]}");
        var runs = new List<string>();
        for (int start = 0; start < ranks.Length;)
        {
            int end = start;
            while (end + 1 < ranks.Length && ranks[end + 1] == ranks[end] + 1) end++;
            runs.Add(start == end ? $"{ranks[start]}" : $"{ranks[start]}-{ranks[end]}");
            start = end + 1;
        }

        return "ranks " + string.Join(", ", runs);
    }
}
