using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using MPI.Native;

namespace MPI;

/// <summary>
/// Initializes MPI when created and finalizes it when disposed; answers questions about the process and the library. Source-compatible with
/// MPI.NET.
/// </summary>
/// <remarks>
/// With <c>using var environment = new Environment(ref args)</c> an exception that nobody catches leads into Dispose, which waits for all ranks: the
/// job may hang, as it does under MPI.NET. <see cref="Run(ref string[], Action{Intracommunicator}, bool)"/> ends the job instead.
/// </remarks>
/// <example>
/// <code>
/// MPI.Environment.Run(ref args, comm =>
///     System.Console.WriteLine($"rank {comm.Rank} of {comm.Size}"));
/// </code>
/// </example>
public sealed class Environment : IDisposable
{
    private static Threading s_threading;
    private static bool s_initializedHere;

    /// <summary>Initializes MPI with <see cref="Threading.Serialized"/>.</summary>
    /// <param name="args">The program's arguments; they are left as they are (current launchers add none).</param>
    /// <exception cref="MpiLibraryException">No MPI library was found, or the one chosen does not match the launcher.</exception>
    public Environment(ref string[] args)
        : this(ref args, Threading.Serialized)
    {
    }

    /// <summary>Initializes MPI.</summary>
    /// <param name="args">The program's arguments; they are left as they are.</param>
    /// <param name="threading">The thread level to ask for; <see cref="Threading"/> tells what was granted.</param>
    /// <exception cref="MpiLibraryException">No MPI library was found, or the one chosen does not match the launcher.</exception>
    /// <exception cref="ObjectDisposedException">MPI was finalized in this process.</exception>
    [SuppressMessage("Style", "IDE0060:Remove unused parameter", Justification = "The parameter is part of MPI.NET's API.")]
    public Environment(ref string[] args, Threading threading)
    {
        // First of all, so that a missing library is reported by its own exception and not by a type initializer's.
        MpiLibrary library = MpiLibrary.Loaded;
        if (Finalized)
            throw new ObjectDisposedException(nameof(Environment), "MPI was finalized and cannot be initialized again in this process: keep one Environment for the whole program.");

        if (!Initialized)
        {
            s_threading = LevelOf(SessionWorld.IsWanted ? SessionWorld.Open(threading) : Initialize(library, threading));
            s_initializedHere = true;
        }

        if (!SessionWorld.IsUsed)
            Communicator.OpenPredefined(Abi.Table.CommWorld, Abi.Table.CommSelf);
        RefuseForeignLauncher(library);
    }

    /// <summary>Whether MPI is initialized in this process.</summary>
    public static unsafe bool Initialized
    {
        get
        {
            if (SessionWorld.IsUsed)
                return SessionWorld.IsOpen;
            int flag = 0;
            _ = NativeMpi.MPI_Initialized(&flag);
            return flag != 0;
        }
    }

    /// <summary>Whether MPI was finalized in this process.</summary>
    public static unsafe bool Finalized
    {
        get
        {
            if (SessionWorld.IsUsed)
                return SessionWorld.IsOver;
            int flag = 0;
            _ = NativeMpi.MPI_Finalized(&flag);
            return flag != 0;
        }
    }

    /// <summary>The thread level that MPI granted.</summary>
    public static Threading Threading => s_threading;

    /// <summary>Whether this is the thread that initialized MPI.</summary>
    public static unsafe bool IsMainThread
    {
        get
        {
            int flag = 0;
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Is_thread_main(&flag), "MPI_Is_thread_main");
            return flag != 0;
        }
    }

    /// <summary>The name of the machine that this process runs on, as MPI knows it.</summary>
    public static unsafe string ProcessorName
    {
        get
        {
            byte* name = stackalloc byte[Abi.Table.MaxProcessorNameBytes];
            int length = 0;
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Get_processor_name(name, &length), "MPI_Get_processor_name");
            return Encoding.UTF8.GetString(name, length);
        }
    }

    /// <summary>Seconds since some moment in the past (MPI_Wtime).</summary>
    public static unsafe double Time => NativeMpi.MPI_Wtime();

    /// <summary>Seconds between two ticks of <see cref="Time"/>.</summary>
    public static unsafe double TimeResolution => NativeMpi.MPI_Wtick();

    /// <summary>Whether <see cref="Time"/> is the same clock on all ranks.</summary>
    public static bool IsTimeGlobal => PredefinedAttribute(Abi.Table.KeyWtimeIsGlobal) is { } flag && flag != 0;

    /// <summary>The largest tag that a message may carry.</summary>
    public static int MaxTag => PredefinedAttribute(Abi.Table.KeyTagUpperBound) ?? 32767;

    /// <summary>The rank that stands for the host of the job, or null where there is none.</summary>
    public static int? HostRank => RankAttribute(Abi.Table.KeyHost);

    /// <summary>A rank that can do ordinary input and output, or null where none can; any rank may be <see cref="Communicator.anySource"/>.</summary>
    public static int? IORank => RankAttribute(Abi.Table.KeyIo);

    /// <summary>Terminates all processes of the job.</summary>
    /// <param name="errorCode">The exit code that the launcher is asked to report.</param>
    public static unsafe void Abort(int errorCode) => _ = NativeMpi.MPI_Abort(NativeWorld, errorCode);

    /// <summary>Translates a code returned by the MPI library into the exception that the binding would throw for it, or null for success.</summary>
    /// <param name="errorCode">The library's error code.</param>
    /// <returns>The exception, not thrown.</returns>
    public static Exception? TranslateErrorIntoException(int errorCode) =>
        errorCode == 0 ? null : ErrorCheck.Translate(errorCode, "The MPI call", null);

    /// <summary>Initializes MPI, runs <paramref name="action"/> on the world communicator and finalizes MPI; an exception ends the whole job.</summary>
    /// <param name="action">The program.</param>
    /// <param name="cleanupEnvironment">Whether to finalize afterwards, and to abort the job on an exception.</param>
    public static void Run(Action<Intracommunicator> action, bool cleanupEnvironment = true)
    {
        string[] args = [];
        Run(ref args, action, cleanupEnvironment);
    }

    /// <inheritdoc cref="Run(Action{Intracommunicator}, bool)"/>
    /// <param name="args">The program's arguments.</param>
    /// <param name="action">The program.</param>
    /// <param name="cleanupEnvironment">Whether to finalize afterwards, and to abort the job on an exception.</param>
    public static void Run(ref string[] args, Action<Intracommunicator> action, bool cleanupEnvironment = true) =>
        Run(ref args, Threading.Serialized, action, cleanupEnvironment);

    /// <inheritdoc cref="Run(Action{Intracommunicator}, bool)"/>
    /// <param name="args">The program's arguments.</param>
    /// <param name="threading">The thread level to ask for.</param>
    /// <param name="action">The program.</param>
    /// <param name="cleanupEnvironment">Whether to finalize afterwards, and to abort the job on an exception.</param>
    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "Without clean-up the environment is the caller's, as in MPI.NET.")]
    public static void Run(ref string[] args, Threading threading, Action<Intracommunicator> action, bool cleanupEnvironment = true)
    {
        var environment = new Environment(ref args, threading);
        if (!cleanupEnvironment)
        {
            action(Communicator.world);
            return;
        }

        try
        {
            action(Communicator.world);
            environment.Dispose();
        }
        catch (Exception exception)
        {
            // Whatever it is, the other ranks may be waiting for this one: the job must end, and the reason must be seen.
            LastWords.Say($"rank {Communicator.world.RankIfKnown}: {exception}");
            Abort(1);
            throw;
        }
    }

    /// <summary>Finalizes MPI, if this process initialized it through the binding. Collective over all ranks.</summary>
    [SuppressMessage("Design", "CA1065:Do not raise exceptions in unexpected locations", Justification = "A job that cannot finalize must not end as if all were well.")]
    public unsafe void Dispose()
    {
        if (!s_initializedHere || Finalized)
            return;

        // Finalizing waits for all who were ever in a world with this process, also for those that are dead.
        if (Links.WorldRepair.HasHappened || Links.WorldRepair.IsPartial)
        {
            // Where the library notices who is gone, nobody may go while another one still needs him.
            if (Links.WorldRepair.UsesUlfm)
                _ = Links.Ulfm.Agree(Communicator.world.Handle, true);
            return;
        }

        if (SessionWorld.IsUsed)
        {
            SessionWorld.End();
            return;
        }

        DatatypeCache.FreeAll();
        int code = NativeMpi.MPI_Finalize();
        if (code != 0)
            throw new MpiException($"MPI_Finalize failed with code {code}. Are there unfinished requests or windows?");
    }

    private static nint NativeWorld => SessionWorld.IsUsed ? Communicator.world.Handle : Abi.Table.CommWorld;

    private static unsafe int Initialize(MpiLibrary library, Threading threading)
    {
        int provided = 0;
        int code = NativeMpi.MPI_Init_thread(null, null, library.Table.ThreadLevels[(int)threading], &provided);
        if (code != 0)
            throw new MpiException($"MPI_Init_thread failed with code {code} in {library.Path}. The launcher's own output says more.");
        return provided;
    }

    /// <summary>
    /// The value of an attribute that the library keeps on the world communicator; the library answers with a pointer to an int, which it owns.
    /// </summary>
    private static unsafe int? PredefinedAttribute(int key)
    {
        int* value = null;
        int found = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Comm_get_attr(NativeWorld, key, &value, &found), "MPI_Comm_get_attr");
        return found != 0 && value != null ? *value : null;
    }

    private static int? RankAttribute(int key) => PredefinedAttribute(key) is { } rank && rank != Abi.ProcNull ? rank : null;

    private static Threading LevelOf(int provided)
    {
        IReadOnlyList<int> levels = Abi.Table.ThreadLevels;
        for (int level = levels.Count - 1; level >= 0; level--)
        {
            if (provided >= levels[level])
                return (Threading)level;
        }

        return Threading.Single;
    }

    /// <summary>The last line of defence against a launcher and a library of different MPIs: the launcher's number of ranks must be the library's.</summary>
    private static void RefuseForeignLauncher(MpiLibrary library)
    {
        if (library.Launcher is { Ranks: { } ranks } launcher && ranks > 1 && Communicator.world.Size == 1)
        {
            throw new MpiLibraryException(
                $"{launcher.Name} started {ranks} ranks, but {library.Path} sees one. The library belongs to another MPI than the launcher: set "
                + $"{MpiLibrary.OverrideVariable} to the launcher's library, or use the other launcher.");
        }
    }
}
