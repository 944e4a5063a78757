using System;
using MPI.Links;
using MPI.Native;
using MPI.Traffic;

namespace MPI;

/// <summary>
/// The world of a program whose MPI comes of sessions and not of MPI_Init, so that it can be closed and opened again in the same processes: all links
/// of the library are gone meanwhile, and what comes afterwards finds its way anew. Objects that the program holds stay, and get new native ones beneath.
/// </summary>
/// <remarks><code>
///  MPI_Init would be here --Open--> open --Close--> closed --Reopen--> open ... --End--> over
/// </code></remarks>
internal static unsafe class SessionWorld
{
    /// <summary>The variable of the environment that asks for it: <c>sessions</c>. Unset: MPI_Init.</summary>
    public const string ModelVariable = "HPCVIRT_MPI_MODEL";

    /// <summary>The value of <see cref="ModelVariable"/>.</summary>
    public const string Sessions = "sessions";

    private static Session? s_session;
    private static Threading s_threading;

    /// <summary>Whether the environment asks for it.</summary>
    public static bool IsWanted => System.Environment.GetEnvironmentVariable(ModelVariable) switch
    {
        null or "" => false,
        Sessions => true,
        var other => throw new MpiException($"{ModelVariable}={other} is unknown: '{Sessions}', or leave it unset for MPI_Init."),
    };

    /// <summary>How many sessions there were.</summary>
    public static int Count { get; private set; }

    /// <summary>Whether this process's world comes of sessions.</summary>
    public static bool IsUsed => Count > 0;

    /// <summary>Whether there is a world now.</summary>
    public static bool IsOpen => s_session is not null;

    /// <summary>Whether MPI has ended for good.</summary>
    public static bool IsOver { get; private set; }

    /// <summary>What MPI_Init does for others.</summary>
    /// <param name="threading">The thread level to ask for.</param>
    /// <returns>The level that was granted, in the library's numbers.</returns>
    public static int Open(Threading threading)
    {
        s_threading = threading;
        (nint world, nint self) = Begin();
        CommunicatorRecipe.Begin(isLasting: true);
        Communicator.OpenPredefined(world, self);
        int provided = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Query_thread(&provided), "MPI_Query_thread");

        // MPICH says what it could do, and not what it was asked for.
        return Math.Min(provided, Abi.Table.ThreadLevels[(int)threading]);
    }

    /// <summary>
    /// Lets go of all that the library has, and of the library's links. Collective, in a silence: no message is under way, no request is live, and there
    /// are no windows. What the caller made of native objects by itself it has freed.
    /// </summary>
    public static void Close()
    {
        TrafficLedger.SwitchOff();
        PersistentRequest.ReleaseAll();
        NativeObjects.ReleaseAll();
        CommunicatorRecipe.Release();
        Finish();
    }

    /// <summary>Opens a world of the same processes, with new links. Collective; blocks for as long as somebody is missing.</summary>
    public static void Reopen()
    {
        (nint world, nint self) = Begin();
        Communicator.ReplaceWorld(world, self);
        NativeObjects.RenewAll();
        TrafficLedger.SwitchOn();
    }

    /// <summary>What MPI_Finalize does for others.</summary>
    public static void End()
    {
        IsOver = true;
        PersistentRequest.ReleaseAll();
        CommunicatorRecipe.Release();
        Finish();
    }

    private static (nint World, nint Self) Begin()
    {
        var session = new Session(s_threading);
        nint world = session.Create(Session.WorldSet, $"world {Count}"), self = session.Create(Session.SelfSet, $"self {Count}");
        s_session = session;
        Count++;
        return (world, self);
    }

    private static void Finish()
    {
        nint world = Communicator.world.Handle, self = Communicator.self.Handle;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Comm_free(&self), "MPI_Comm_free");
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Comm_free(&world), "MPI_Comm_free");
        Session session = s_session!;
        s_session = null;
        session.Dispose();
    }
}
