using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using System.Text;

namespace HpcVirt.Simulation.Scale;

/// <summary>A plot of a series, as plain SVG: two panels, rounds and bytes per rank over the logarithm of the number of ranks.</summary>
internal static class ScalePlot
{
    private const int Width = 920;
    private const int Height = 360;
    private const int PanelWidth = 360;
    private const int PanelHeight = 250;
    private const int Top = 50;
    private const int GridLines = 5;

    private static readonly string[] Colours = ["#1f77b4", "#d95f02"];

    public static string Of(IReadOnlyList<ScaleResult> results)
    {
        var svg = new StringBuilder();
        svg.Append($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"12\">\n");
        svg.Append($"<rect width=\"{Width}\" height=\"{Height}\" fill=\"white\"/>\n");
        Panel(svg, 70, "rounds", results, static result => result.Rounds);
        Panel(svg, 530, "bytes per rank (median)", results, static result => result.BytesPerRankMedian);
        svg.Append("</svg>\n");
        return svg.ToString();
    }

    private static void Panel(StringBuilder svg, int left, string title, IReadOnlyList<ScaleResult> results, Func<ScaleResult, double> value)
    {
        double most = RoundUp(results.Max(value));
        int logMin = results.Min(Log);
        int logMax = Math.Max(logMin + 1, results.Max(Log));
        double X(ScaleResult result) => left + (PanelWidth * (double)(Log(result) - logMin) / (logMax - logMin));
        double Y(double height) => Top + PanelHeight - (PanelHeight * height / most);
        svg.Append($"<text x=\"{left}\" y=\"{Top - 20}\" font-size=\"15\">{title}</text>\n");
        for (int line = 0; line <= GridLines; line++)
        {
            double height = most * line / GridLines;
            svg.Append($"<line x1=\"{left}\" y1=\"{Y(height):F1}\" x2=\"{left + PanelWidth}\" y2=\"{Y(height):F1}\" stroke=\"#ddd\"/>\n");
            svg.Append($"<text x=\"{left - 8}\" y=\"{Y(height) + 4:F1}\" text-anchor=\"end\">{height:0}</text>\n");
        }

        foreach (ScaleResult result in results.DistinctBy(static result => result.Ranks))
            svg.Append($"<text x=\"{X(result):F1}\" y=\"{Top + PanelHeight + 18}\" text-anchor=\"middle\">2^{Log(result)}</text>\n");
        svg.Append($"<text x=\"{left + (PanelWidth / 2)}\" y=\"{Top + PanelHeight + 38}\" text-anchor=\"middle\">ranks</text>\n");
        int series = 0;
        foreach (IGrouping<string, ScaleResult> traffic in results.GroupBy(static result => result.Traffic))
        {
            string colour = Colours[series % Colours.Length];
            svg.Append($"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" points=\"{string.Join(' ', traffic.Select(result => $"{X(result):F1},{Y(value(result)):F1}"))}\"/>\n");
            foreach (ScaleResult result in traffic)
                svg.Append($"<circle cx=\"{X(result):F1}\" cy=\"{Y(value(result)):F1}\" r=\"{4 - series}\" fill=\"{colour}\"/>\n");
            svg.Append($"<text x=\"{left + 12}\" y=\"{Top + 16 + (18 * series)}\" fill=\"{colour}\">{traffic.Key}</text>\n");
            series++;
        }
    }

    private static int Log(ScaleResult result) => BitOperations.Log2((uint)result.Ranks);

    /// <summary>The next number of the form 1, 2, 2.5 or 5 times a power of ten.</summary>
    private static double RoundUp(double value)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(value, 1))));
        foreach (double factor in (double[])[1, 2, 2.5, 5])
        {
            if (value <= factor * power)
                return factor * power;
        }

        return 10 * power;
    }
}
