using HpcVirt.Mpi.Resilience;
using HpcVirt.Mpi.Resilience.Repair;
using HpcVirt.Ranks.Harness;
using MPI;

namespace HpcVirt.Ranks.Cases;

/// <summary>What a process that waits practises alone, beside others that do the same or something else.</summary>
public static class PracticeCases
{
    public static void A_process_practises_alone_while_others_communicate(Intracommunicator world)
    {
        if (world.Rank % 2 == 0) Practice.OpenLinksAlone(new ResilientOptions());
        Expect.Equal(world.Size, world.Allreduce(1, Operation<int>.Add), "the others");
    }
}
