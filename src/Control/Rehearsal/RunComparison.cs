using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;

namespace HpcVirt.Control.Rehearsal;

/// <summary>
/// How a run differs from the unbroken one. After a restart a program repeats the lines of the steps it repeats; so lines are compared as
/// sets, and the last one, which usually holds the result, by itself.
/// </summary>
/// <param name="ExitCode">True if the exit codes differ.</param>
/// <param name="MissingLines">Lines that only the unbroken run printed.</param>
/// <param name="ForeignLines">Lines that only the other run printed.</param>
/// <param name="Files">Relative paths of files that differ, are missing, or are there in one run only.</param>
internal sealed record RunComparison(bool ExitCode, IReadOnlyList<string> MissingLines, IReadOnlyList<string> ForeignLines, IReadOnlyList<string> Files)
{
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(1);

    public bool IsEqual => !ExitCode && MissingLines.Count == 0 && ForeignLines.Count == 0 && Files.Count == 0;

    public static RunComparison Of(RehearsedRun unbroken, RehearsedRun other, RehearsalOptions options)
    {
        Regex[] ignored = [.. options.IgnoredLines.Select(pattern => new Regex(pattern, RegexOptions.CultureInvariant, MatchTimeout))];
        string[] expected = [.. unbroken.Lines.Where(line => !ignored.Any(regex => regex.IsMatch(line)))];
        string[] actual = [.. other.Lines.Where(line => !ignored.Any(regex => regex.IsMatch(line)))];
        var missing = expected.Except(actual).ToList();
        // A kill may tear the line that is just being written; its head is no foreign line.
        var foreign = actual.Except(expected).Where(line => !expected.Any(whole => whole.StartsWith(line, StringComparison.Ordinal))).ToList();
        if (missing.Count == 0 && foreign.Count == 0 && expected.LastOrDefault() is { } last && actual.LastOrDefault() != last) missing.Add(last);
        return new RunComparison(unbroken.Result.ExitCode != other.Result.ExitCode, missing, foreign, [.. DifferingFiles(unbroken, other, options.ResultFiles)]);
    }

    /// <summary>What remains when all that differs between two unbroken runs too is taken away.</summary>
    public RunComparison Without(RunComparison noise) => new(
        ExitCode && !noise.ExitCode,
        // A line that two unbroken runs do not share cannot be expected of a third one; its counterpart differs as freely.
        [.. MissingLines.Except(noise.MissingLines)],
        noise.MissingLines.Count > 0 ? [.. ForeignLines.Where(line => !noise.ForeignLines.Concat(noise.MissingLines).Any(free => AreAlike(line, free)))] : ForeignLines,
        [.. Files.Except(noise.Files)]);

    /// <summary>Two lines that are equal but for their numbers: "took 1.2 s" and "took 1.3 s".</summary>
    private static bool AreAlike(string first, string second) =>
        Regex.Replace(first, "[0-9]+", "#") == Regex.Replace(second, "[0-9]+", "#");

    private static IEnumerable<string> DifferingFiles(RehearsedRun first, RehearsedRun second, IReadOnlyList<string> wanted)
    {
        IEnumerable<string> paths = wanted.Count > 0 ? wanted : first.Files.Keys.Union(second.Files.Keys).Order(StringComparer.Ordinal);
        return paths.Where(path => first.Files.GetValueOrDefault(path) != second.Files.GetValueOrDefault(path));
    }
}
