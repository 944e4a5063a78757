using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace HpcVirt.Control.Operators;

/// <summary>Where a job's ranks are, as tools ask for it: words in lines that fit the control channel.</summary>
/// <remarks><code>
/// held no                      one line: whether the job is held
/// hosts a:2 b:1 c:0            as many lines as it takes: slots of each host; 0 where no rank may go
/// ranks 0@a:4096 1@a:4096      as many lines as it takes: rank, host, bytes of its newest checkpoint
/// </code></remarks>
/// <param name="IsHeld">Whether the job is held.</param>
/// <param name="Hosts">The job's hosts and their slots.</param>
/// <param name="Ranks">The ranks that are connected.</param>
internal sealed record JobRanks(bool IsHeld, IReadOnlyList<(string Name, int Slots)> Hosts, IReadOnlyList<PlacedRank> Ranks)
{
    /// <summary>A text of the channel has 1,024 bytes, and an answer 32 of them.</summary>
    private const int LineCharactersMax = 900;
    private const int LinesMax = 32;

    public static IEnumerable<string> Encode(JobRanks job)
    {
        string[] lines =
        [
            $"held {(job.IsHeld ? "yes" : "no")}",
            .. Lines("hosts", job.Hosts.Select(static host => string.Create(CultureInfo.InvariantCulture, $"{host.Name}:{host.Slots}"))),
            .. Lines("ranks", job.Ranks.Select(static rank => string.Create(CultureInfo.InvariantCulture, $"{rank.Rank}@{rank.Host}:{rank.CheckpointBytes}"))),
        ];
        return lines.Length <= LinesMax ? lines : ["too many ranks for one answer"];
    }

    /// <exception cref="FormatException">These lines are not such words.</exception>
    public static JobRanks Parse(IReadOnlyList<string> lines)
    {
        bool? isHeld = null;
        var hosts = new List<(string, int)>();
        var ranks = new List<PlacedRank>();
        foreach (string line in lines)
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            switch (words)
            {
                case ["held", "yes" or "no"]: isHeld = words[1] == "yes"; break;
                case ["hosts", ..]: hosts.AddRange(words[1..].Select(static word => (Before(word, ':'), (int)Number(word, ':')))); break;
                case ["ranks", ..]: ranks.AddRange(words[1..].Select(static word => PlacedRank.Parse(word))); break;
                default: throw new FormatException($"the supervisor answers '{line}'");
            }
        }

        return isHeld is { } known ? new JobRanks(known, hosts, ranks) : throw new FormatException("the supervisor's answer is not whole");
    }

    internal static string Before(string word, char mark) => word.LastIndexOf(mark) is > 0 and var at ? word[..at] : throw new FormatException($"the supervisor answers '{word}'");

    internal static long Number(string word, char mark) =>
        long.TryParse(word.AsSpan(word.LastIndexOf(mark) + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : throw new FormatException($"the supervisor answers '{word}'");

    private static IEnumerable<string> Lines(string head, IEnumerable<string> words)
    {
        var line = new StringBuilder(head);
        foreach (string word in words)
        {
            if (line.Length + word.Length >= LineCharactersMax)
            {
                yield return line.ToString();
                line.Clear().Append(head);
            }

            line.Append(' ').Append(word);
        }

        if (line.Length > head.Length) yield return line.ToString();
    }
}

/// <summary>A rank and where it is.</summary>
internal sealed record PlacedRank(int Rank, string Host, long CheckpointBytes)
{
    public static PlacedRank Parse(string word)
    {
        string place = JobRanks.Before(word, ':');
        int at = place.IndexOf('@', StringComparison.Ordinal);
        return at > 0 && int.TryParse(place.AsSpan(0, at), NumberStyles.None, CultureInfo.InvariantCulture, out int rank)
            ? new PlacedRank(rank, place[(at + 1)..], JobRanks.Number(word, ':'))
            : throw new FormatException($"the supervisor answers '{word}'");
    }
}
