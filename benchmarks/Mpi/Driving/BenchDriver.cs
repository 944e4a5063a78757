using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace HpcVirt.Benchmarks.Mpi.Driving;

/// <summary>Runs the suite, shows each figure as soon as it is known, and writes the JSON at the end.</summary>
internal static class BenchDriver
{
    /// <param name="cDirectory">Where the C contenders are.</param>
    /// <param name="json">Where to write the figures, or null.</param>
    /// <param name="only">Measures only figures whose name contains this; null for all.</param>
    /// <returns>0 when everything could be measured, whatever the verdicts; 1 when not.</returns>
    public static int Run(string cDirectory, string? json, string? only, TextWriter output, TextWriter error)
    {
        var suite = new MpiSuite(cDirectory, System.Environment.ProcessPath ?? throw new ContenderException("this program does not know its own path"));
        var figures = new List<FigureValue>();
        try
        {
            if (json is not null && !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(json))))
                throw new ContenderException($"the folder of --json '{json}' does not exist: create it first");

            FigureReport.WriteHeader(output);
            foreach (Func<FigureValue> measure in Selected(suite, only))
            {
                figures.Add(measure());
                FigureReport.WriteLine(output, figures[^1]);
            }
            if (figures.Count == 0)
                throw new ContenderException($"no figure is named like '{only}'");
            if (json is not null)
                FigureReport.WriteJson(json, figures);
        }
        catch (Exception reason) when (reason is ContenderException or IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"bench: {reason.Message}");
            return 1;
        }
        output.WriteLine($"{figures.Count(figure => figure.Passes)} of {figures.Count} figures keep to their bar");
        return 0;
    }

    private static IEnumerable<Func<FigureValue>> Selected(MpiSuite suite, string? only)
    {
        foreach (RatioFigure figure in suite.Ratios().Where(figure => IsWanted(figure.Name)))
            yield return () => MpiSuite.Compare(figure);
        if (IsWanted("allocated_bytes_per_call"))
            yield return suite.Allocation;

        bool IsWanted(string name) => only is null || name.Contains(only, StringComparison.Ordinal);
    }
}
