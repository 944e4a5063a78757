using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace HpcVirt.Benchmarks.Mpi.Driving;

/// <summary>Measures a suite's figures, shows each as soon as it is known, and writes the JSON at the end.</summary>
internal static class BenchDriver
{
    /// <param name="suite">All figures.</param>
    /// <param name="json">Where to write the figures, or null.</param>
    /// <param name="only">Measures only figures whose name contains this; null for all.</param>
    /// <returns>0 when everything could be measured, whatever the verdicts; 1 when not.</returns>
    public static int Run(IEnumerable<Figure> suite, string? json, string? only, TextWriter output, TextWriter error)
    {
        try
        {
            Figure[] wanted = [.. suite.Where(figure => only is null || figure.Name.Contains(only, StringComparison.Ordinal))];
            if (wanted.Length == 0)
                throw new MeasuringException($"no figure has '{only}' in its name");
            if (json is not null && !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(json))))
                throw new MeasuringException($"the folder of --json '{json}' does not exist: create it first");

            var measured = new List<MeasuredFigure>();
            FigureReport.WriteHeader(output);
            foreach (Figure figure in wanted)
            {
                measured.Add(Measure(figure));
                FigureReport.WriteLine(output, measured[^1]);
            }
            if (json is not null)
                FigureReport.WriteJson(json, measured);
            output.WriteLine($"{measured.Count(figure => figure.Passes)} of {measured.Count} figures keep to their bar");
            return 0;
        }
        catch (Exception reason) when (reason is MeasuringException or IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"bench: {reason.Message}");
            return 1;
        }
    }

    private static MeasuredFigure Measure(Figure figure)
    {
        string[] outputs = [.. figure.Commands.Select(MeasuringProcess.Run)];
        string line = figure.Unit switch
        {
            "ratio" => ReportLine.Ratio,
            "us" => ReportLine.SafePointMicroseconds,
            "ms" => ReportLine.SilenceMilliseconds,
            _ => ReportLine.BytesPerCall,
        };
        double[] theirs = [.. outputs.Select(output => ReportLine.Find(output, ReportLine.TheirNanoseconds)).OfType<double>()];
        return new MeasuredFigure(
            figure,
            [.. outputs.Select(output => MeasuringProcess.Read(output, line))],
            theirs.Length > 0 ? Median.Of(theirs) : null);
    }
}
