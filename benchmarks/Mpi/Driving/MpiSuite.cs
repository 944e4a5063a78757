using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace HpcVirt.Benchmarks.Mpi.Driving;

/// <summary>The figures of <c>./bench mpi</c>: what the binding costs beside C, and the stencil's sweep beside the same loop in C.</summary>
/// <param name="cDirectory">Where the C contenders are: one folder per MPI, and the sweep beside them.</param>
/// <param name="self">This program, the C# contender of all figures.</param>
internal sealed class MpiSuite(string cDirectory, string self)
{
    private const string AgainstC = "C, -O3 -march=native, same run";

    /// <summary>The ratios: C# time divided by C time.</summary>
    public IEnumerable<RatioFigure> Ratios()
    {
        foreach (MpiLauncher mpi in MpiLauncher.All)
        {
            yield return OfTwoRanks("pingpong_8B", mpi, bar: 1.05, pairs: 9, "pingpong", "8", "200", "2000");
            yield return OfTwoRanks("pingpong_1MiB", mpi, bar: 1.02, pairs: 9, "pingpong", "1048576", "2", "700");
            yield return OfTwoRanks("allreduce_1", mpi, bar: 1.05, pairs: 9, "allreduce", "1", "200", "2000");
            yield return OfTwoRanks("allreduce_128KiB", mpi, bar: 1.03, pairs: 9, "allreduce", "16384", "4", "1200");
        }
        yield return new RatioFigure(
            "stencil_sweep", [], [self, "sweep", "512", "512", "2", "1500"], [Path.Combine(cDirectory, "sweep"), "512", "512", "2", "1500"], 1.1, 9);
    }

    /// <summary>Runs the two contenders of a figure in turn; the value is the median of the pairs' ratios.</summary>
    public static FigureValue Compare(RatioFigure figure)
    {
        double[] ratios = new double[figure.Pairs];
        for (int pair = 0; pair < ratios.Length; pair++)
        {
            // The first of a pair may find the machine in another state than the second: they take turns.
            bool oursFirst = pair % 2 == 0;
            string first = ContenderProcess.Run(figure.Launcher, oursFirst ? figure.Ours : figure.Theirs);
            string second = ContenderProcess.Run(figure.Launcher, oursFirst ? figure.Theirs : figure.Ours);
            (string ours, string theirs) = oursFirst ? (first, second) : (second, first);
            RequireSameComputation(figure, ours, theirs);
            ratios[pair] = ContenderProcess.Read(ours, figure.Ours, ReportLine.NanosecondsPerCall)
                / ContenderProcess.Read(theirs, figure.Theirs, ReportLine.NanosecondsPerCall);
        }
        return new FigureValue(figure.Name, "ratio", AgainstC, figure.Bar, ratios, Median.Of(ratios));
    }

    /// <summary>The managed bytes that a call with spans allocates, the worse one of the MPIs.</summary>
    public FigureValue Allocation()
    {
        double[] runs =
        [
            .. MpiLauncher.All.Select(mpi => ContenderProcess.Measure(mpi.Command, [self, "allocation"], ReportLine.BytesPerCall)),
        ];
        return new FigureValue("allocated_bytes_per_call", "bytes", "none", 0, runs, runs.Max());
    }

    private RatioFigure OfTwoRanks(string name, MpiLauncher mpi, double bar, int pairs, string program, params string[] arguments) => new(
        $"{name}_{mpi.Name}", mpi.Command, [self, program, .. arguments], [Path.Combine(cDirectory, mpi.Name, program), .. arguments], bar, pairs);

    private static void RequireSameComputation(RatioFigure figure, string ours, string theirs)
    {
        (double? one, double? other) = (ReportLine.Find(ours, ReportLine.ChangeAt100), ReportLine.Find(theirs, ReportLine.ChangeAt100));
        if (one != other)
            throw new ContenderException($"{figure.Name} does not compare the same loop: after 100 sweeps C# finds {one:R} and C {other:R}");
    }
}
