using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace HpcVirt.Benchmarks.Checkpoint;

/// <summary>How a measuring process says what it found: one line per figure, which the driver reads.</summary>
/// <param name="only">Part of the names of the figures that are wanted; empty for all.</param>
/// <param name="suffix">What the figures' names end with; null on ranks that have nothing to say.</param>
internal sealed class FigureLines(string only, string? suffix)
{
    public const string Prefix = "figure";

    public bool IsWanted(params string[] names) => names.Any(name => name.Contains(only, StringComparison.Ordinal) || only.StartsWith(name, StringComparison.Ordinal));

    /// <param name="name">The figure.</param>
    /// <param name="against">What the value is compared with.</param>
    /// <param name="bar">What it should keep to; negative: a least value, NaN: none.</param>
    /// <param name="runs">The values of the repetitions.</param>
    public void Say(string name, string against, double bar, IEnumerable<double> runs)
    {
        if (suffix is null || !IsWanted(name)) return;
        string values = string.Join(' ', runs.Select(static v => v.ToString("R", CultureInfo.InvariantCulture)));
        Console.WriteLine($"{Prefix}\t{name}{suffix}\t{against}\t{bar.ToString("R", CultureInfo.InvariantCulture)}\t{values}");
    }
}
