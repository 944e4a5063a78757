// Deliberately deep traffic, which survives checkpoints in mid-flight:
//
//   farm tasks [--tasks N] [--depth D] [--large BYTES] [--task-time MS]     a master and its workers, with tasks and results under way at all times
//   farm halos [--steps N] [--width CELLS] [--step-time MS]                 a pipeline: what is received in a step was sent in the step before
//
// A third of the messages are so large that they leave their sender only when the receiver takes them.
using System;
using HpcVirt.Mpi.Resilience;
using HpcVirt.Samples.Farm;

FarmOptions? options = FarmOptions.Parse(args, out string problem);
if (options is null)
{
    Console.Error.WriteLine(problem);
    return 2;
}

int exitCode = 0;
int jobExitCode = ResilientJob.Run([], new ResilientOptions { Program = $"farm {options.Kind}" }, job =>
    exitCode = options.Kind == FarmKind.Tasks ? TaskFarm.Run(job, options) : PipelinedHalos.Run(job, options));
return jobExitCode != 0 ? jobExitCode : exitCode;
