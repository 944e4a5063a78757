using System;
using System.Globalization;
using System.Linq;

namespace HpcVirt.Benchmarks.Mpi;

/// <summary>The lines by which a measuring process tells its driver what it found: a name, a blank, a number.</summary>
public static class ReportLine
{
    /// <summary>C# time divided by C time.</summary>
    public const string Ratio = "ratio";

    /// <summary>Time of one C call.</summary>
    public const string TheirNanoseconds = "c_nanoseconds_per_call";

    /// <summary>Managed bytes that one call allocates.</summary>
    public const string BytesPerCall = "allocated_bytes_per_call";

    /// <summary>What a safe point costs.</summary>
    public const string SafePointMicroseconds = "safepoint_us";

    /// <summary>From the request to proven silence.</summary>
    public const string SilenceMilliseconds = "silence_ms";

    public static void Write(string name, double number) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name} {number:F6}"));

    /// <summary>The number that stands after <paramref name="name"/> in a process's output, or null.</summary>
    public static double? Find(string output, string name) =>
        output.Split('\n')
            .Select(line => line.Split(' ', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length == 2 && words[0] == name)
            .Select(words => double.TryParse(words[1], NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : (double?)null)
            .FirstOrDefault();
}
