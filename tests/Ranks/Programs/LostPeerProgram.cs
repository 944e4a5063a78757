using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using MPI;
using MPI.Links;

namespace HpcVirt.Ranks.Programs;

/// <summary>
/// Three ranks under user-level failure mitigation, without any supervisor: the last one dies, the middle one waits for it, and the first one waits for the
/// middle one, which will never send. Both are set free, and go on as two.
/// </summary>
internal static class LostPeerProgram
{
    public const string Name = "lost-peer";

    public static int Run(string[] args)
    {
        var environment = new MPI.Environment(ref args);
        Intracommunicator world = Communicator.world;
        Console.WriteLine($"ulfm: exported {MpiFeatures.Current.HasUlfm}, on {MpiFeatures.Current.IsUlfmOn}");
        if (!MpiFeatures.Current.IsUlfmOn)
        {
            environment.Dispose();
            return 0;
        }

        world.Barrier();
        if (world.Rank == 2) Process.GetCurrentProcess().Kill();
        var told = new List<bool>();
        if (args.Contains("answered")) LostPeer.Answer = told.Add;
        try
        {
            world.Receive<int>(world.Rank + 1, 5, new int[1]);
        }
        catch (MpiException failure)
        {
            Console.WriteLine($"rank {world.Rank}: {failure.Call} {failure.ErrorClass}, answered {string.Join(',', told)}, has answer {LostPeer.HasAnswer}");
        }

        Ulfm.RevokeAll();
        nint left = Ulfm.Shrink(world, [2]);
        var survivors = (Intracommunicator)Communicator.Adopt(left)!;
        Console.WriteLine($"rank {world.Rank}: {survivors.Rank} of {survivors.Size}, sum {survivors.Allreduce(survivors.Rank + 1, Operation<int>.Add)}");
        Console.WriteLine($"rank {world.Rank}: agreed {Ulfm.Agree(left, true)} {Ulfm.Agree(left, survivors.Rank == 0)}");
        Console.Out.Flush();

        // Finalizing would wait for the one that is lost.
        return 0;
    }
}
