using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace HpcVirt.Benchmarks.Mpi.Driving;

/// <summary>The figures of <c>./bench quiesce</c>: what counting costs, what a safe point costs, and how fast a job falls silent beside C.</summary>
/// <param name="cDirectory">Where the C contenders are: a library per MPI.</param>
/// <param name="self">This program, which also measures.</param>
internal sealed class QuiesceSuite(string cDirectory, string self)
{
    private const int Runs = 7;
    private const string AgainstOff = "the same calls with the ledger off, in turn";
    private const string AgainstC = "C, -O3 -march=native, compiled in the same run";
    private const string AgainstLoop = "the same loop without safe points, in turn";
    private const string MessagesInFlight = "600";

    /// <summary>All figures, in the order of their table.</summary>
    public IEnumerable<Figure> Figures()
    {
        foreach (MpiLauncher mpi in MpiLauncher.All)
        {
            yield return Of("ledger_pingpong_8B", mpi, "ratio", AgainstOff, 1.03, "ledger-pingpong", "8", "200");
            yield return Of("ledger_allreduce", mpi, "ratio", AgainstOff, 1.02, "ledger-allreduce", "1", "200");
            yield return Of("polled_allreduce", mpi, "ratio", AgainstC, 1.1, "polled-allreduce", LibraryOf(mpi), "1", "200");
            yield return Of("safepoint_idle_us", mpi, "us", AgainstLoop, 2, "safepoint-idle");
            yield return Of("silence_ratio", mpi, "ratio", AgainstC, 3, "silence", LibraryOf(mpi), MessagesInFlight);
            yield return Of("silence_ms", mpi, "ms", "none, for information", double.PositiveInfinity, "silence", LibraryOf(mpi), MessagesInFlight);
        }

        MpiLauncher four = MpiLauncher.FourRanks;
        yield return Of("safepoint_idle_us", four, "us", AgainstLoop, 2, "safepoint-idle");
        yield return Of("silence_ratio", four, "ratio", AgainstC, 3, "silence", Path.Combine(cDirectory, "openmpi.so"), MessagesInFlight);
    }

    private Figure Of(string name, MpiLauncher mpi, string unit, string against, double bar, params string[] arguments) =>
        new($"{name}_{mpi.Name}", unit, against, bar, [.. Enumerable.Repeat((string[])[.. mpi.Command, self, .. arguments], Runs)]);

    private string LibraryOf(MpiLauncher mpi) => Path.Combine(cDirectory, $"{mpi.Name}.so");
}
