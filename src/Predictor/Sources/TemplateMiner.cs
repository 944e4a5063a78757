using System;
using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Predictor.Sources;

/// <summary>
/// Mines message templates from a log, after Drain (He et al., ICWS 2017): messages are grouped by their number of words and first word, and join the template of their group that
/// shares at least half of their words; where they differ, the template gets a wildcard. Words with a digit are wildcards from the start.
/// </summary>
internal sealed class TemplateMiner
{
    public const string Wildcard = "<*>";

    private const double SimilarityMin = 0.5;
    private const int TemplatesMax = 2000;
    private const int WordsMax = 64;

    private readonly Dictionary<(int Words, string First), List<Mined>> _groups = [];

    /// <summary>How many templates there are.</summary>
    public int Count { get; private set; }

    /// <summary>A message's words, with numbers, addresses and the like as wildcards. What comes after 64 words is left out.</summary>
    public static string[] Words(string message)
    {
        string[] words = message.Split((char[]?)null, WordsMax + 1, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length > WordsMax) words = words[..WordsMax];
        for (int i = 0; i < words.Length; i++)
        {
            if (words[i].AsSpan().IndexOfAnyInRange('0', '9') >= 0) words[i] = Wildcard;
        }

        return words;
    }

    public static (int Words, string First) ShapeOf(string[] words) => (words.Length, words.Length == 0 ? "" : words[0]);

    public void Learn(string message)
    {
        string[] words = Words(message);
        if (words.Length == 0) return;
        if (!_groups.TryGetValue(ShapeOf(words), out List<Mined>? group)) _groups.Add(ShapeOf(words), group = []);
        Mined? best = null;
        double bestShare = SimilarityMin;
        foreach (Mined mined in group)
        {
            double share = Share(mined.Words, words);
            if (share >= bestShare && (best is null || share > bestShare)) (best, bestShare) = (mined, share);
        }

        if (best is null)
        {
            // A log that never repeats itself must not eat the memory.
            if (Count == TemplatesMax) return;
            group.Add(new Mined(words) { Seen = 1 });
            Count++;
            return;
        }

        best.Seen++;
        for (int i = 1; i < words.Length; i++)
        {
            if (best.Words[i] != words[i]) best.Words[i] = Wildcard;
        }
    }

    /// <summary>The templates seen at least so often, the most frequent first.</summary>
    public IReadOnlyList<string> Templates(int templatesMax, long seenMin) =>
        [.. _groups.Values.SelectMany(static g => g).Where(m => m.Seen >= seenMin)
            .Select(static m => (m.Seen, Text: string.Join(' ', m.Words)))
            .OrderByDescending(static m => m.Seen).ThenBy(static m => m.Text, StringComparer.Ordinal)
            .Select(static m => m.Text).Distinct().Take(templatesMax)];

    private static double Share(string[] template, string[] words)
    {
        int same = 0;
        for (int i = 0; i < words.Length; i++)
        {
            if (template[i] == words[i]) same++;
        }

        return (double)same / words.Length;
    }

    private sealed class Mined(string[] words)
    {
        public string[] Words { get; } = words;

        public long Seen { get; set; }
    }
}
