using System;
using System.Collections.Generic;
using HpcVirt.Ranks.Harness;
using HpcVirt.Ranks.Programs;
using MPI;
using MPI.Traffic;

namespace HpcVirt.Ranks.Cases;

/// <summary>Starting more processes from inside the job.</summary>
public static class SpawnCases
{
    [Ranks(Max = 2)]
    public static void Spawned_processes_talk_to_their_parents_and_join_them(Intracommunicator world)
    {
        // MPICH 4.0 of Debian 12 answers every MPI_Comm_spawn with an error, and no query tells beforehand.
        Expect.Capability(MpiFeatures.Current.Flavor != "Mpich", "MPI_Comm_spawn");
        Expect.True(world.Parent is null, "a launcher started this job");
        string[] arguments = [typeof(SpawnedProgram).Assembly.Location, "program", SpawnedProgram.Name, TrafficLedger.IsOn ? SpawnedProgram.Counted : "uncounted"];
        using Intercommunicator children = world.Spawn("dotnet", arguments, 2, 0, new Dictionary<string, string> { ["wdir"] = AppContext.BaseDirectory }, out int[] codes);
        Expect.Sequence([0, 0], codes.AsSpan(), "error codes");
        Expect.Equal((world.Size, 2), (children.Size, children.RemoteSize), "sizes");
        if (world.Rank == 0)
        {
            children.Send("hello", 1, 1);
            Expect.Equal("hello to you", children.Receive<string>(1, 2), "answer");
        }

        using Intracommunicator all = children.Merge(upper: false);
        Expect.Equal(world.Size + 2, all.Size, "size of all");
        Expect.Equal(world.Rank, all.Rank, "parents come first");
        Expect.Equal(world.Size + 2, all.Allreduce(1, Operation<int>.Add), "all take part");
    }
}
