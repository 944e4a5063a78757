// mpibench: a contender (pingpong, allreduce, allocation under an MPI launcher; sweep alone) or, as `mpibench drive`, the driver that
// runs the contenders of both languages in turn. ./bench mpi starts it.
using System;
using System.Linq;
using HpcVirt.Benchmarks.Mpi;
using HpcVirt.Benchmarks.Mpi.Driving;
using HpcVirt.Benchmarks.Mpi.Measuring;

const int UsageError = 2;

switch (args)
{
    case ["drive", string cDirectory, .. string[] options] when options.Length % 2 == 0 && options.Where((_, i) => i % 2 == 0).All(name => name is "--json" or "--only"):
        return BenchDriver.Run(cDirectory, ValueOf("--json"), ValueOf("--only"), Console.Out, Console.Error);

    case ["sweep", string rows, string columns, string calls, string batches]:
        using (var sweep = new PlateSweep(Number(rows), Number(columns)))
        {
            sweep.Batch(100);
            Console.WriteLine($"{ReportLine.ChangeAt100} {sweep.Change:R}");
            Batches.Measure(sweep.Batch, Number(calls), Number(batches));
        }
        return 0;

    case ["pingpong", string bytes, string calls, string batches]:
        MPI.Environment.Run(ref args, world =>
        {
            using var pingPong = new PingPong(world, Number(bytes));
            Batches.Measure(world, pingPong.Batch, Number(calls), Number(batches));
        });
        return 0;

    case ["allreduce", string doubles, string calls, string batches]:
        MPI.Environment.Run(ref args, world =>
        {
            using var sum = new AllreduceSum(world, Number(doubles));
            Batches.Measure(world, sum.Batch, Number(calls), Number(batches));
        });
        return 0;

    case ["allocation"]:
        MPI.Environment.Run(ref args, AllocationPerCall.Measure);
        return 0;

    default:
        Console.Error.WriteLine(
            "usage: mpibench drive C_DIRECTORY [--json FILE] [--only NAME] | pingpong BYTES CALLS BATCHES | allreduce DOUBLES CALLS BATCHES | sweep ROWS COLUMNS CALLS BATCHES | allocation");
        return UsageError;
}

static int Number(string text) =>
    int.TryParse(text, out int number) && number > 0 ? number : throw new ArgumentException($"'{text}' must be a number above 0");

string? ValueOf(string name)
{
    int index = Array.IndexOf(args, name);
    return index < 0 ? null : args[index + 1];
}
