using System;
using HpcVirt.Mpi.Resilience;
using MPI;

return ResilientJob.Run(args, new ResilientOptions { Interval = CheckpointInterval.Every(TimeSpan.FromSeconds(1)) }, static job =>
{
    int left = job.World.Rank > 0 ? job.World.Rank - 1 : Communicator.NullProcess;
    int right = job.World.Rank < job.World.Size - 1 ? job.World.Rank + 1 : Communicator.NullProcess;
    double[] rod = new double[1002];                       // this rank's part of a rod, with a neighbour's cell at either end
    rod[0] = job.World.Rank == 0 ? 100 : 0;                // which is heated at its left
    job.Protect<double>("rod", () => rod);                 // asked anew at every checkpoint: a swapped array stays right

    foreach (long step in job.Steps(count: 200_000))       // the safe point, and after a restart the step to go on with
    {
        job.World.Sendrecv<double>(rod.AsSpan(1, 1), left, 0, rod.AsSpan(1001, 1), right, 0);
        job.World.Sendrecv<double>(rod.AsSpan(1000, 1), right, 0, rod.AsSpan(0, 1), left, 0);
        double[] next = (double[])rod.Clone();
        for (int cell = 1; cell <= 1000; cell++)
            next[cell] = rod[cell] + (0.25 * (rod[cell - 1] - (2 * rod[cell]) + rod[cell + 1]));
        rod = next;
    }

    double heat = job.World.Allreduce(rod[1], Operation<double>.Max);
    if (job.World.Rank == 0)
        Console.WriteLine($"the first cell has {heat:R} degrees");
});
