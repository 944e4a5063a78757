using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Benchmarks.Mpi.Driving;

/// <summary>What is compared: a name, how the contenders are started, and the bar that the value should not pass.</summary>
/// <param name="Name">The figure's name, also in the JSON.</param>
/// <param name="Launcher">The command in front of both contenders, the same for both; empty for a process of its own.</param>
/// <param name="Ours">The C# contender and its arguments.</param>
/// <param name="Theirs">The C contender and its arguments.</param>
/// <param name="Bar">The largest ratio that passes.</param>
/// <param name="Pairs">How many times the two are run one after the other.</param>
internal sealed record RatioFigure(
    string Name, IReadOnlyList<string> Launcher, IReadOnlyList<string> Ours, IReadOnlyList<string> Theirs, double Bar, int Pairs);

/// <summary>The value of a figure and the runs that it comes from.</summary>
/// <param name="Name">The figure's name.</param>
/// <param name="Unit">What the value counts.</param>
/// <param name="Against">What the value is compared with.</param>
/// <param name="Bar">The largest value that passes.</param>
/// <param name="Runs">One value a run or pair of runs.</param>
/// <param name="Value">The value.</param>
internal sealed record FigureValue(string Name, string Unit, string Against, double Bar, IReadOnlyList<double> Runs, double Value)
{
    /// <summary>Whether the value keeps to its bar.</summary>
    public bool Passes => Value <= Bar;

    /// <summary>The smallest and the largest run.</summary>
    public (double Min, double Max) Spread => (Runs.Min(), Runs.Max());
}
