using System;
using System.Collections;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using HpcVirt.Mpi.Resilience.Channel;
using MPI;
using MPI.Links;
using MPI.Native;

namespace HpcVirt.Mpi.Resilience.Repair;

/// <summary>
/// What a rank does when the supervisor says that another one is lost: in the middle of whatever wait it is in, it helps to start a replacement and
/// to build a new world, and then throws, so that the program's body begins anew. A restart is an ordinary start, also within a process.
/// </summary>
internal static class JobRepair
{
    private const string OwnVariables = "HPCVIRT_";

    private static readonly TimeSpan OrderDeadline = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LeaveDeadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Nap = TimeSpan.FromMilliseconds(5);

    /// <summary>The connection with the supervisor, which outlives the sessions of this process.</summary>
    public static ControlClient? Control { get; private set; }

    /// <summary>Whether lost ranks are replaced inside the job.</summary>
    public static bool IsWanted => Standby.IsWanted || Strategy is ControlEnvironment.RepairBySpawn or ControlEnvironment.RepairByUlfm;

    private static string? Strategy => System.Environment.GetEnvironmentVariable(ControlEnvironment.Repair);

    /// <summary>Called first of all: gives this process its place in the world.</summary>
    /// <param name="options">How the job protects itself, as its program says.</param>
    /// <returns>False when this process only waited, and was not needed.</returns>
    public static bool Begin(ResilientOptions options)
    {
        if (Standby.IsWanted) return Standby.Begin(options);
        if (Strategy == ControlEnvironment.RepairByUlfm) UseUlfm();
        JoinIfReplacement();
        return true;
    }

    /// <summary>Called when a session begins: from now on calls that fail for a lost rank wait for what the supervisor says about it.</summary>
    public static void Arm(ResilientOptions options)
    {
        // A rank that waits inside the library cannot be told that it waits in vain.
        if (IsWanted)
        {
            CallPath.Poll(always: true);
            Practice.RunBeside(options);
        }

        if (WorldRepair.UsesUlfm) LostPeer.Answer = HearOfLoss;
    }

    /// <summary>From here on calls fail for a lost rank, and do nothing else.</summary>
    public static void Disarm() => LostPeer.Answer = null;

    private static void UseUlfm()
    {
        MpiFeatures features = MpiFeatures.Current;
        if (!features.HasUlfm || !features.IsUlfmOn)
        {
            throw new ResilienceException(
                $"--strategy ulfm: {features.LibraryName} {(features.HasUlfm ? "was started without its fault tolerance (mpirun --with-ft ulfm)" : "has no user-level failure mitigation")}. Use Open MPI 5, or another strategy.");
        }

        WorldRepair.UsesUlfm = true;
    }

    /// <summary>
    /// The library noticed first: the others hear of it, wherever they wait, and the supervisor, which has noticed as well or will in a moment, fences
    /// the lost rank and says what to do. If it says nothing the call fails, and the job is launched anew.
    /// </summary>
    private static void HearOfLoss(bool isCertain)
    {
        if (isCertain) Ulfm.RevokeAll();
        AwaitOrder();
    }

    /// <summary>A process that replaces a lost rank takes its place before the program sees the world.</summary>
    private static void JoinIfReplacement()
    {
        if (System.Environment.GetEnvironmentVariable(ControlEnvironment.Replacement) is null || WorldRepair.HasHappened) return;
        foreach (string line in WorldRepair.Join().Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            System.Environment.SetEnvironmentVariable(line[..equals], Unescape(line[(equals + 1)..]));
        }
    }

    /// <summary>Takes a new connection over, and obeys what comes on it.</summary>
    public static ControlClient? Keep(ControlClient? control)
    {
        Control = control;
        if (control is null) return control;
        if (Standby.IsWanted)
        {
            control.TakeInAsked = static order => Progress.Interruption = () => TakeIn(order);
            control.PrepareAsked = static _ => WarmUp.CompileBeside();
        }
        else if (IsWanted)
        {
            control.RepairAsked = static order => Progress.Interruption = () => Perform(order);
        }

        return control;
    }

    /// <summary>
    /// Says goodbye to the supervisor. Where lost ranks are replaced it sees when this process ends, for the launcher may not: Open MPI 4.1 forgets those
    /// that were on one host with a lost one.
    /// </summary>
    public static void Part(ControlClient? control)
    {
        if (IsWanted) control?.Part();
        else control?.Dispose();
    }

    /// <summary>Waits a little for the order to repair, and obeys it; false if none comes.</summary>
    public static bool ComesAfterAll()
    {
        try
        {
            AwaitOrder();
            return false;
        }
        catch (WorldReplacedException)
        {
            return true;
        }
    }

    /// <summary>Obeys the order to repair, which ends with a <see cref="WorldReplacedException"/>; returns if none comes.</summary>
    private static void AwaitOrder()
    {
        long startedAt = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(startedAt) < OrderDeadline)
        {
            Progress.LookUp();
            LibC.YieldProcessor();
        }
    }

    private static void Perform(RequestRepair order)
    {
        Progress.Interruption = null;

        // At once: a process that is still there takes the place on its host into which a rank may want to move back.
        if (order.Rank == Communicator.world.Rank)
            Leave();
        List<string> arguments = [$"{ControlEnvironment.Replacement}=1", $"{ControlEnvironment.Repair}={Strategy}", .. File.ReadAllText("/proc/self/cmdline").TrimEnd('\0').Split('\0')];
        var hints = new Dictionary<string, string> { ["wdir"] = Directory.GetCurrentDirectory() };
        if (order.Host.Length > 0) hints["host"] = order.Host;

        // The launcher may not have noticed the loss, and takes the place for taken; Open MPI 5 never gives it back. The supervisor knows who is where.
        hints["map_by"] = "slot:OVERSUBSCRIBE";
        WorldRepair.Replace(order.Repair, [order.Rank], "/usr/bin/env", arguments, hints, Variables());
    }

    private static void TakeIn(RequestTakeIn order)
    {
        Progress.Interruption = null;
        if (order.Rank == Communicator.world.Rank)
        {
            AwaitReplacement();
            Leave();
        }

        WorldRepair.TakeIn(order.Repair, Standby.Take(order.Rank, order.Member));
    }

    /// <summary>
    /// The others may be sending to this rank until they hear of the move, and to Open MPI a send to a process that is gone is an error of the sender. The
    /// supervisor closes this connection when the new process goes on.
    /// </summary>
    private static void AwaitReplacement()
    {
        long startedAt = TimeProvider.System.GetTimestamp();
        while (Control is { SupervisorLost: false } && TimeProvider.System.GetElapsedTime(startedAt) < LeaveDeadline) Rest.For(Nap);
    }

    /// <summary>
    /// This rank goes on as another process elsewhere; everything that it needs is in the checkpoint. It ends as a lost one does: MPI_Finalize would wait for
    /// everybody, and after an orderly exit without it Open MPI forgets the job on this host, and nothing can be started here for it any more.
    /// </summary>
    public static void Leave()
    {
        Console.Out.Flush();
        Console.Error.Flush();
        Process.GetCurrentProcess().Kill();
    }

    /// <summary>What the launcher gave to the ranks, and does not give to processes that are started later on other hosts. It is no part of a command line.</summary>
    private static string Variables() => string.Concat(System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .Select(static v => ((string)v.Key, (string?)v.Value ?? ""))
        .Where(static v => v.Item1.StartsWith(OwnVariables, StringComparison.Ordinal) && v.Item1 != ControlEnvironment.Replacement)
        .Select(static v => $"{v.Item1}={Escape(v.Item2)}\n"));

    private static string Escape(string value) => Uri.EscapeDataString(value);

    private static string Unescape(string value) => Uri.UnescapeDataString(value);
}
