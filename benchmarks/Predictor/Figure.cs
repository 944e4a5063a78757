using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Benchmarks.Predictor;

/// <summary>A figure: its runs, and the bar that its value should not pass (or, where more is better, should reach).</summary>
internal sealed record Figure(string Name, string Unit, string Against, double Bar, bool MoreIsBetter, IReadOnlyList<double> Runs)
{
    /// <summary>The median of the runs.</summary>
    public double Value => Runs.Order().ElementAt(Runs.Count / 2);

    public bool Passes => MoreIsBetter ? Value >= Bar : Value <= Bar;
}
