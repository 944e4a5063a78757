// mpibench measures C# beside C in one process (pingpong, allreduce, allocation under an MPI launcher; sweep alone); as `mpibench drive`
// it starts such processes and judges what they report. ./bench mpi and ./bench quiesce compile the C and start the driver.
using System;
using System.Collections.Generic;
using HpcVirt.Benchmarks.Mpi.Driving;
using HpcVirt.Benchmarks.Mpi.Measuring;

const int UsageError = 2;

switch (args)
{
    case ["drive", string suite, string cDirectory, string json, string only]:
        string self = Environment.ProcessPath ?? throw new MeasuringException("this program does not know its own path");
        IEnumerable<Figure> figures = suite == "quiesce" ? new QuiesceSuite(cDirectory, self).Figures() : new MpiSuite(cDirectory, self).Figures();
        return BenchDriver.Run(figures, json.Length > 0 ? json : null, only.Length > 0 ? only : null, Console.Out, Console.Error);

    case ["sweep", string library, string rows, string columns, string calls]:
        using (var sweep = new PlateSweep(new CLibrary(library), Number(rows), Number(columns)))
        {
            if (!sweep.ComputesWhatCComputes())
                throw new MeasuringException("the sweeps in C# and in C do not compute the same bits: they must not be compared");
            new Duel(sweep.Ours, sweep.Theirs).Run(Number(calls));
        }
        return 0;

    case ["pingpong", string library, string bytes, string calls]:
        MPI.Environment.Run(ref args, world =>
        {
            using var pingPong = new PingPong(world, new CLibrary(library), Number(bytes));
            new Duel(pingPong.Ours, pingPong.Theirs).Run(world, Number(calls));
        });
        return 0;

    case ["allreduce", string library, string doubles, string calls]:
        MPI.Environment.Run(ref args, world =>
        {
            using var sum = new AllreduceSum(world, new CLibrary(library), Number(doubles));
            new Duel(sum.Ours, sum.Theirs).Run(world, Number(calls));
        });
        return 0;

    case ["ledger-pingpong", string bytes, string calls]:
        MPI.Environment.Run(ref args, world =>
        {
            using var ledger = new LedgerOnOff(world);
            using var counted = new PingPong(ledger.Counted, null, Number(bytes));
            using var uncounted = new PingPong(ledger.Uncounted, null, Number(bytes));
            new Duel(counted.Ours, uncounted.Ours).Run(world, Number(calls));
        });
        return 0;

    case ["ledger-allreduce", string doubles, string calls]:
        MPI.Environment.Run(ref args, world =>
        {
            using var ledger = new LedgerOnOff(world);
            using var counted = new AllreduceSum(ledger.Counted, null, Number(doubles));
            using var uncounted = new AllreduceSum(ledger.Uncounted, null, Number(doubles));
            new Duel(counted.Ours, uncounted.Ours).Run(world, Number(calls));
        });
        return 0;

    case ["polled-allreduce", string library, string doubles, string calls]:
        MPI.Environment.Run(ref args, world =>
        {
            using var sum = new AllreduceSum(world, new CLibrary(library), Number(doubles), isPolled: true);
            new Duel(sum.Ours, sum.Theirs).Run(world, Number(calls));
        });
        return 0;

    case ["safepoint-idle"]:
        MPI.Environment.Run(ref args, SafePointIdle.Measure);
        return 0;

    case ["silence", string library, string messages]:
        MPI.Environment.Run(ref args, world =>
        {
            using var duel = new SilenceDuel(world, new CLibrary(library), Number(messages));
            duel.Run();
        });
        return 0;

    case ["allocation"]:
        MPI.Environment.Run(ref args, AllocationPerCall.Measure);
        return 0;

    default:
        Console.Error.WriteLine("usage: mpibench drive mpi|quiesce C_DIRECTORY JSON_OR_EMPTY FIGURE_OR_EMPTY");
        Console.Error.WriteLine("       mpibench pingpong LIBRARY BYTES CALLS | allreduce LIBRARY DOUBLES CALLS | sweep LIBRARY ROWS COLUMNS CALLS | allocation");
        Console.Error.WriteLine("       mpibench ledger-pingpong BYTES CALLS | ledger-allreduce DOUBLES CALLS | polled-allreduce LIBRARY DOUBLES CALLS | safepoint-idle | silence LIBRARY MESSAGES");
        return UsageError;
}

static int Number(string text) =>
    int.TryParse(text, out int number) && number > 0 ? number : throw new ArgumentException($"'{text}' must be a number above 0");
