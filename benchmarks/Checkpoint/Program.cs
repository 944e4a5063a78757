// checkpointbench measures the checkpoint store beside plain writes of the same bytes by the same ranks; as `checkpointbench drive` it starts the
// measuring processes and judges what they report. ./bench checkpoint starts the driver.
using System;
using HpcVirt.Benchmarks.Checkpoint;

const int UsageError = 2;

switch (args)
{
    case ["drive", string json, string only]:
        return BenchDriver.Run(json.Length > 0 ? json : null, only, Console.Out, Console.Error);

    case ["ranks", string root, string only]:
        MPI.Environment.Run(ref args, world => new RankBench(world, root, new FigureLines(only, world.Rank == 0 ? $"_n{world.Size}" : null)).Run());
        return 0;

    case ["kernels", string only]:
        KernelBench.Run(new FigureLines(only, ""));
        return 0;

    default:
        Console.Error.WriteLine("usage: checkpointbench drive JSON_OR_EMPTY FIGURE_OR_EMPTY | ranks DIRECTORY FIGURE_OR_EMPTY | kernels FIGURE_OR_EMPTY");
        return UsageError;
}
