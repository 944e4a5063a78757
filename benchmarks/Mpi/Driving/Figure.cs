using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Benchmarks.Mpi.Driving;

/// <summary>What is measured: a name, the commands that each measure it once, and the bar that its value should not pass.</summary>
/// <param name="Name">The figure's name, also in the JSON.</param>
/// <param name="Unit">What the value counts; also the line that the command reports it by.</param>
/// <param name="Against">What the value is compared with.</param>
/// <param name="Bar">The largest value that passes.</param>
/// <param name="Commands">What is run, one after the other: the launcher, this program, and its arguments.</param>
internal sealed record Figure(string Name, string Unit, string Against, double Bar, IReadOnlyList<IReadOnlyList<string>> Commands);

/// <summary>A figure with the values that its processes found.</summary>
/// <param name="Figure">What was measured.</param>
/// <param name="Runs">One value a process.</param>
/// <param name="TheirNanoseconds">Time of one C call, the median over the processes; null where C is not the rival.</param>
internal sealed record MeasuredFigure(Figure Figure, IReadOnlyList<double> Runs, double? TheirNanoseconds)
{
    /// <summary>The median of the runs.</summary>
    public double Value => Median.Of(Runs);

    /// <summary>Whether the value keeps to its bar.</summary>
    public bool Passes => Value <= Figure.Bar;

    /// <summary>The smallest and the largest run.</summary>
    public (double Min, double Max) Spread => (Runs.Min(), Runs.Max());
}
