using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Predictor.Data;

/// <summary>What was read of a file, and what was wrong in it: counts, and the first line numbers of each kind.</summary>
public sealed class IngestReport
{
    private const int LinesKept = 5;

    private readonly SortedDictionary<RowProblem, (long Count, List<long> Lines)> _problems = [];
    private readonly bool _strict;

    internal IngestReport(string file, bool strict)
    {
        File = file;
        _strict = strict;
    }

    /// <summary>The file's path.</summary>
    public string File { get; }

    /// <summary>Rows that were read, whatever became of them.</summary>
    public long Rows { get; internal set; }

    /// <summary>Values that were read: a reading is one value of one sensor.</summary>
    public long Readings { get; internal set; }

    /// <summary>How many rows had each problem.</summary>
    public IReadOnlyDictionary<RowProblem, long> Counts => _problems.ToDictionary(p => p.Key, p => p.Value.Count);

    /// <summary>The first lines that had a problem.</summary>
    /// <param name="problem">The problem.</param>
    public IReadOnlyList<long> LinesOf(RowProblem problem) => _problems.TryGetValue(problem, out (long, List<long> Lines) found) ? found.Lines : [];

    /// <summary>One line a problem, such as <c>readings.csv: 3 rows BadNumber (lines 5, 9, 12)</c>.</summary>
    public IEnumerable<string> Describe() =>
        _problems.Select(p => $"{File}: {p.Value.Count} rows {p.Key} (lines {string.Join(", ", p.Value.Lines)}{(p.Value.Count > p.Value.Lines.Count ? ", ..." : "")})");

    /// <summary>Counts a problem. In strict reading the first one that loses data ends the reading.</summary>
    internal void Add(RowProblem problem, long line, string detail)
    {
        if (_strict && problem is not (RowProblem.Unordered or RowProblem.Duplicate))
            throw new HealthDataException(File, line, $"{detail} ({problem}). Correct the row, or read leniently to count and skip such rows.");
        if (!_problems.TryGetValue(problem, out (long Count, List<long> Lines) found)) found = (0, []);
        if (found.Lines.Count < LinesKept) found.Lines.Add(line);
        _problems[problem] = (found.Count + 1, found.Lines);
    }
}
