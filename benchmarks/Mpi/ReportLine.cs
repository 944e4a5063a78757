using System;
using System.Globalization;
using System.Linq;

namespace HpcVirt.Benchmarks.Mpi;

/// <summary>The lines by which a contender tells its driver what it measured: a name, a blank, a number.</summary>
public static class ReportLine
{
    public const string NanosecondsPerCall = "nanoseconds_per_call";
    public const string BytesPerCall = "allocated_bytes_per_call";

    /// <summary>The largest change after 100 sweeps: equal bits show that two contenders compute the same.</summary>
    public const string ChangeAt100 = "change_at_100";

    /// <summary>The number that stands after <paramref name="name"/> in a contender's output, or null.</summary>
    public static double? Find(string output, string name) =>
        output.Split('\n')
            .Select(line => line.Split(' ', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length == 2 && words[0] == name)
            .Select(words => double.TryParse(words[1], NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : (double?)null)
            .FirstOrDefault();
}
