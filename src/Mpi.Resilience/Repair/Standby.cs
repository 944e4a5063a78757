using System;
using System.Collections.Concurrent;
using System.Globalization;
using HpcVirt.Mpi.Resilience.Channel;
using HpcVirt.Mpi.Resilience.Move;
using MPI;
using MPI.Links;
using MPI.Traffic;

namespace HpcVirt.Mpi.Resilience.Repair;

/// <summary>
/// Processes that were started with the job and wait until a rank is lost, or moves. The ranks are the first processes of MPI_COMM_WORLD at first; who takes a
/// rank's place later is known to everybody, for the supervisor tells all.
/// </summary>
internal static class Standby
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Nap = TimeSpan.FromMilliseconds(1);

    private static readonly BlockingCollection<ControlMessage> Orders = [];

    private static int[] s_members = [];
    private static int s_self;
    private static ResilientOptions s_options = new();
    private static ControlClient? s_control;

    /// <summary>Whether this job has processes that wait.</summary>
    public static bool IsWanted => System.Environment.GetEnvironmentVariable(ControlEnvironment.Repair) == ControlEnvironment.RepairByStandby;

    /// <summary>Whether the world was formed without those who wait.</summary>
    public static bool HasBegun => s_members.Length > 0;

    /// <summary>Forms the world of the ranks, or waits until this process becomes one.</summary>
    /// <param name="options">How the job protects itself, as its program says.</param>
    /// <returns>Whether this process is a rank now, or is to become one; false when the job went without it.</returns>
    public static bool Begin(ResilientOptions options)
    {
        int processes = Communicator.world.Size;
        s_self = Communicator.world.Rank;
        if (!int.TryParse(System.Environment.GetEnvironmentVariable(ControlEnvironment.Ranks), NumberStyles.None, CultureInfo.InvariantCulture, out int ranks) || ranks < 1 || ranks > processes)
            throw new ResilienceException($"{ControlEnvironment.Ranks} does not say how many of the {processes} processes are ranks. It is set by `hpcvirt run --strategy standby` only.");
        s_members = new int[ranks];
        for (int rank = 0; rank < ranks; rank++) s_members[rank] = rank;
        if (s_self < ranks)
        {
            WorldRepair.Form(s_members, 0);
            return true;
        }

        WorldRepair.StayOutside();
        s_control = ControlClient.TryConnectFromEnvironment(new RankIdentity(s_self, processes, options.Program), options.Time);
        if (s_control is null) return false;
        s_control.TakeInAsked = Orders.Add;
        s_control.MoveNowAsked = Orders.Add;
        s_control.PrepareAsked = Orders.Add;
        s_options = options;
        Practice.Run(options);
        WarmUp.CompileBeside();
        return Wait();
    }

    /// <summary>A process takes a rank's place.</summary>
    /// <returns>The members of the new world.</returns>
    public static int[] Take(int rank, int member)
    {
        s_members[rank] = member;
        return s_members;
    }

    /// <summary>This process was to take a rank's place and does not: it waits again.</summary>
    /// <param name="whyNotPrepared">Why it could not run the program's beginning; null when the rank stays where it is.</param>
    /// <param name="canMove">Whether the rank can move here all the same.</param>
    /// <returns>Whether it is a rank now, or is to become one.</returns>
    public static bool WaitAgain(string? whyNotPrepared = null, bool canMove = false)
    {
        long hold = MoveTarget.Current!.Hold;
        MoveTarget.End();
        TrafficLedger.SwitchOff();
        if (whyNotPrepared is not null) s_control!.MovePrepared(hold, canMove, whyNotPrepared);
        return Wait();
    }

    /// <summary>This process is prepared to take the place of a rank: tells so, and waits until the ranks are ready. The world is the caller's to form.</summary>
    /// <exception cref="MoveCancelledException">The rank stays where it is.</exception>
    public static RequestMoveNow AwaitMove(long hold)
    {
        s_control!.MovePrepared(hold, canMove: true, "");
        while (IsNeeded && !s_control.Holds.IsReleased(hold))
        {
            if (!Orders.TryTake(out ControlMessage? order, Glance)) continue;
            if (order is RequestMoveNow now && now.Hold == hold)
            {
                SayGoodbye();
                return now;
            }

            // Somebody was lost, and this process may be the one that is needed: that goes first.
            Orders.Add(order);
            break;
        }

        throw new MoveCancelledException();
    }

    private static bool IsNeeded => s_control is { StopRequested: false, SupervisorLost: false };

    private static bool Wait()
    {
        while (IsNeeded)
        {
            if (!Orders.TryTake(out ControlMessage? order, Glance)) continue;
            switch (order)
            {
                case RequestTakeIn takeIn when TakeIn(takeIn):
                case RequestPrepare { Member: var member } prepare when member == s_self && Prepare(prepare):
                case RequestMoveNow now when TakePlace(now):
                    return true;
                default:
                    break;
            }
        }

        JobRepair.Part(s_control);
        s_control = null;
        return false;
    }

    private static bool TakeIn(RequestTakeIn order)
    {
        int[] members = Take(order.Rank, order.Member);
        if (order.Member != s_self) return false;

        // The ranks make the world meanwhile, and none waits for this.
        var introduction = new Introduction(s_control, () => ControlClient.TryConnectFromEnvironment(new RankIdentity(order.Rank, members.Length, s_options.Program), s_options.Time));
        s_control = null;
        WorldRepair.Form(members, order.Repair);
        JobRepair.Keep(introduction.Result());
        return true;
    }

    /// <summary>Hears from the rank that will move how its program began.</summary>
    private static bool Prepare(RequestPrepare order)
    {
        var stream = new PeerStream(s_members[order.Rank], order.Hold, TimeProvider.System);
        while (IsNeeded && !s_control!.Holds.IsReleased(order.Hold) && Orders.Count == 0)
        {
            if (stream.TryReceive(MoveTarget.BeginningBytesMax) is not { } beginning)
            {
                s_control.Holds.Pause(order.Hold, Nap);
                continue;
            }

            MoveTarget.Begin(stream, beginning, order.Hold, isPrepared: true);
            Communicator.world.Expect(order.Rank, s_members.Length);
            return true;
        }

        return false;
    }

    /// <summary>Takes the place of a rank that is still there and waits, without having been prepared.</summary>
    private static bool TakePlace(RequestMoveNow order)
    {
        int source = s_members[order.Rank];
        int[] members = Take(order.Rank, order.Member);
        if (order.Member != s_self) return false;
        SayGoodbye();
        var stream = new PeerStream(source, order.Hold, TimeProvider.System);
        MoveTarget.Begin(stream, stream.Receive(MoveTarget.BeginningBytesMax), order.Hold, isPrepared: false);
        WorldRepair.Form(members, order.Repair);
        return true;
    }

    /// <summary>It says goodbye as one who waited, and introduces itself as a rank when it is one.</summary>
    private static void SayGoodbye()
    {
        s_control?.Dispose();
        s_control = null;
    }
}
