// A heated plate on any number of ranks, which survives the loss of some: what the job needs to go on is protected, and the head of the
// loop of steps is where it may be saved, stopped and continued.
using System;
using System.IO;
using System.Threading;
using HpcVirt.Mpi.Resilience;
using HpcVirt.Samples.Stencil;
using MPI;

var command = StencilCommand.Parse(args);
int exitCode = 0;
int jobExitCode = ResilientJob.Run(args, new ResilientOptions(), job =>
{
    bool speaks = job.World.Rank == 0;
    exitCode = command.Run(speaks ? Console.Out : TextWriter.Null, speaks ? Console.Error : TextWriter.Null, options =>
    {
        using var heat = new HeatPlate(job.World, options.Rows, options.Columns, options.Dimensions);
        using var output = new PlateOutput(job.World, options);
        double change = 0;
        job.Protect("temperature", heat.Decomposition, () => heat.Temperature);

        // One rank writes it, and a restart brings it back to the step at which the plate goes on.
        ProtectedFile? log = speaks && options.Log is not null ? job.ProtectFile(options.Log) : null;
        StreamWriter? changes = null;

        foreach (long step in job.Steps(options.Steps))
        {
            heat.ExchangeHalo(job.World);
            change = job.World.Allreduce(heat.Sweep(), Operation<double>.Max);
            changes ??= log?.OpenWriter();
            changes?.WriteLine($"{step} {change:R}");
            Thread.Sleep(options.StepDelay);
        }

        changes?.Dispose();

        output.Write(job.World, heat);
        if (speaks)
            Console.WriteLine($"{options.Steps} steps on {job.World.Size} ranks, last change {change:R}");
        return 0;
    });
});
return jobExitCode != 0 ? jobExitCode : exitCode;
