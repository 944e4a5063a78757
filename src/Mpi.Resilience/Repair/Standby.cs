using System;
using System.Collections.Concurrent;
using System.Globalization;
using HpcVirt.Mpi.Resilience.Channel;
using HpcVirt.Mpi.Resilience.Move;
using MPI;
using MPI.Links;

namespace HpcVirt.Mpi.Resilience.Repair;

/// <summary>
/// Processes that were started with the job and wait until a rank is lost. The ranks are the first processes of MPI_COMM_WORLD at first; who takes a
/// rank's place later is known to everybody, for the supervisor tells all.
/// </summary>
internal static class Standby
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(250);

    private static int[] s_members = [];

    /// <summary>Whether this job has processes that wait.</summary>
    public static bool IsWanted => System.Environment.GetEnvironmentVariable(ControlEnvironment.Repair) == ControlEnvironment.RepairByStandby;

    /// <summary>Whether the world was formed without those who wait.</summary>
    public static bool HasBegun => s_members.Length > 0;

    /// <summary>Forms the world of the ranks, or waits until this process becomes one.</summary>
    /// <param name="program">The program's name, for the supervisor.</param>
    /// <returns>Whether this process is a rank now; false when the job went without it.</returns>
    public static bool Begin(string program)
    {
        int processes = Communicator.world.Size, self = Communicator.world.Rank;
        if (!int.TryParse(System.Environment.GetEnvironmentVariable(ControlEnvironment.Ranks), NumberStyles.None, CultureInfo.InvariantCulture, out int ranks) || ranks < 1 || ranks > processes)
            throw new ResilienceException($"{ControlEnvironment.Ranks} does not say how many of the {processes} processes are ranks. It is set by `hpcvirt run --strategy standby` only.");
        s_members = new int[ranks];
        for (int rank = 0; rank < ranks; rank++) s_members[rank] = rank;
        if (self >= ranks) return Wait(self, processes, program);
        WorldRepair.Form(s_members, 0);
        return true;
    }

    /// <summary>A process takes a rank's place.</summary>
    /// <returns>The members of the new world.</returns>
    public static int[] Take(RequestTakeIn order)
    {
        s_members[order.Rank] = order.Member;
        return s_members;
    }

    /// <summary>A process takes the place of a rank that moves.</summary>
    /// <returns>The members of the new world.</returns>
    public static int[] Take(RequestMoveNow order)
    {
        s_members[order.Rank] = order.Member;
        return s_members;
    }

    private static bool Wait(int self, int processes, string program)
    {
        WorldRepair.StayOutside();
        using ControlClient? control = ControlClient.TryConnectFromEnvironment(new RankIdentity(self, processes, program), TimeProvider.System);
        if (control is null) return false;
        using var orders = new BlockingCollection<ControlMessage>();
        control.TakeInAsked = orders.Add;
        control.MoveNowAsked = orders.Add;
        WarmUp.Compile(() => orders.Count == 0 && !control.StopRequested && !control.SupervisorLost);
        while (!control.StopRequested && !control.SupervisorLost)
        {
            if (!orders.TryTake(out ControlMessage? order, Glance)) continue;
            if (order is RequestTakeIn takeIn)
            {
                int[] members = Take(takeIn);
                if (takeIn.Member != self) continue;

                // It says goodbye as one who waited, and introduces itself as a rank when its session opens.
                control.Dispose();
                WorldRepair.Form(members, takeIn.Repair);
                return true;
            }

            if (order is RequestMoveNow move && TakePlace(move, self, control)) return true;
        }

        return false;
    }

    /// <summary>Takes the place of a rank that is still there, if it is this process that has to.</summary>
    private static bool TakePlace(RequestMoveNow move, int self, ControlClient control)
    {
        int source = s_members[move.Rank];
        int[] members = Take(move);
        if (move.Member != self) return false;
        control.Dispose();
        MoveTarget.Take(new PeerStream(source, TimeProvider.System), move);
        WorldRepair.Form(members, move.Repair);
        return true;
    }
}
