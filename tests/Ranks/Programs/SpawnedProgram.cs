using System;
using System.Linq;
using MPI;
using MPI.Traffic;

namespace HpcVirt.Ranks.Programs;

/// <summary>What the processes run that <see cref="Cases.SpawnCases"/> starts: the other side of its conversation.</summary>
internal static class SpawnedProgram
{
    public const string Name = "spawned";

    /// <summary>Tells the children that their parents count messages: both sides must, or neither, to agree on an id.</summary>
    public const string Counted = "counted";

    public static int Run(string[] args)
    {
        using var environment = new MPI.Environment(ref args);
        if (args.Contains(Counted))
            TrafficLedger.SwitchOn();
        Intercommunicator? parents = Communicator.world.Parent;
        if (parents is null)
        {
            Console.Error.WriteLine($"{Name} is for processes that were started by MPI_Comm_spawn.");
            return 2;
        }

        if (parents.Rank == 1 && parents.Receive<string>(0, 1) == "hello")
            parents.Send("hello to you", 0, 2);
        using Intracommunicator all = parents.Merge(upper: true);
        all.Allreduce(1, Operation<int>.Add);
        parents.Dispose();
        return 0;
    }
}
