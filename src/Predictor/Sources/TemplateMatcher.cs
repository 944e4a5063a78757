using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Predictor.Sources;

/// <summary>
/// Finds the template of a message. A template is a message whose changing words are <c>&lt;*&gt;</c>. The matcher never learns, so what it says
/// of a message does not depend on the messages around it; learning is <see cref="TemplateMiner"/>'s task, in training.
/// </summary>
internal sealed class TemplateMatcher
{
    private readonly Dictionary<(int Words, string First), List<string[]>> _byShape = [];

    public TemplateMatcher(IEnumerable<string> templates)
    {
        Templates = [.. templates];
        foreach (string[] words in Templates.Select(template => template.Split(' ')))
        {
            (int, string) shape = TemplateMiner.ShapeOf(words);
            if (!_byShape.TryGetValue(shape, out List<string[]>? list)) _byShape.Add(shape, list = []);
            list.Add(words);
        }
    }

    public IReadOnlyList<string> Templates { get; }

    /// <summary>The template that the message is an instance of, the most special one first; null when there is none.</summary>
    public string? Match(string message)
    {
        if (message.Length == 0 || Templates.Count == 0) return null;
        string[] words = TemplateMiner.Words(message);
        if (!_byShape.TryGetValue(TemplateMiner.ShapeOf(words), out List<string[]>? candidates)) return null;
        string[]? best = null;
        int bestFixed = -1;
        foreach (string[] candidate in candidates)
        {
            int same = 0;
            bool fits = true;
            for (int i = 0; i < words.Length && fits; i++)
            {
                if (candidate[i] == words[i] && candidate[i] != TemplateMiner.Wildcard) same++;
                else fits = candidate[i] == TemplateMiner.Wildcard;
            }

            if (fits && same > bestFixed) (best, bestFixed) = (candidate, same);
        }

        return best is null ? null : string.Join(' ', best);
    }
}
