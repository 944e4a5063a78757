using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace HpcVirt.Benchmarks.Mpi.Driving;

/// <summary>The figures of <c>./bench mpi</c>: what the binding costs beside C, and the stencil's sweep beside the same loop in C.</summary>
/// <param name="cDirectory">Where the C contenders are: a library per MPI, and one with the sweep.</param>
/// <param name="self">This program, which also measures.</param>
internal sealed class MpiSuite(string cDirectory, string self)
{
    private const int Runs = 7;
    private const string AgainstC = "C, -O3 -march=native, compiled in the same run";

    /// <summary>All figures, in the order of their table.</summary>
    public IEnumerable<Figure> Figures()
    {
        foreach (MpiLauncher mpi in MpiLauncher.All)
        {
            // A batch takes about a tenth of a millisecond: long against the clock, short against a time slice of the scheduler.
            yield return OfTwoRanks("pingpong_8B", mpi, bar: 1.05, "pingpong", "8", "200");
            yield return OfTwoRanks("pingpong_1MiB", mpi, bar: 1.02, "pingpong", "1048576", "1");
            yield return OfTwoRanks("allreduce_1", mpi, bar: 1.05, "allreduce", "1", "200");
            yield return OfTwoRanks("allreduce_128KiB", mpi, bar: 1.03, "allreduce", "16384", "2");
        }
        yield return new Figure("stencil_sweep", "ratio", AgainstC, 1.1, Repeat([self, "sweep", LibraryOf("sweep"), "512", "512", "1"]));
        yield return new Figure("allocated_bytes_per_call", "bytes", "none", 0, [.. MpiLauncher.All.Select(mpi => (string[])[.. mpi.Command, self, "allocation"])]);
    }

    private static string[][] Repeat(string[] command) => [.. Enumerable.Repeat(command, Runs)];

    private Figure OfTwoRanks(string name, MpiLauncher mpi, double bar, string measurement, params string[] arguments) =>
        new($"{name}_{mpi.Name}", "ratio", AgainstC, bar, Repeat([.. mpi.Command, self, measurement, LibraryOf(mpi.Name), .. arguments]));

    private string LibraryOf(string name) => Path.Combine(cDirectory, $"{name}.so");
}
