using System;
using System.IO;
using System.Threading;
using HpcVirt.Samples.Stencil;
using MPI;

int exitCode = 1;
MPI.Environment.Run(ref args, world =>
{
    bool first = world.Rank == 0;
    exitCode = StencilCommand.Run(args, first ? Console.Out : TextWriter.Null, first ? Console.Error : TextWriter.Null, options =>
    {
        using var heat = new HeatPlate(world, options.Rows, options.Columns, options.Dimensions);
        using var output = new PlateOutput(world, options);
        double[] change = [0];

        for (long step = 0; step < options.Steps; step++)
        {
            heat.ExchangeHalo(world);
            change[0] = heat.Sweep();
            world.Allreduce<double>(change, Operation<double>.Max);
            if (options.StepDelay > TimeSpan.Zero)
                Thread.Sleep(options.StepDelay);
        }

        output.Write(world, heat);
        if (first)
            Console.WriteLine($"{options.Steps} steps on {world.Size} ranks, last change {change[0]:R}");
        return 0;
    });
});
return exitCode;
