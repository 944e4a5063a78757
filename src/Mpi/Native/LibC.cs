using System.Runtime.InteropServices;

namespace MPI.Native;

/// <summary>The few calls to the C library that .NET has no equal for.</summary>
internal static partial class LibC
{
    private const int OneProcess = 0;

    /// <summary>A quarter of a core on which a rank polls. At the least priority, 19, it would be a hundredth, and what is practised not be done when it is needed.</summary>
    private const int Beside = 5;

    private const int RtldNow = 0x2;
    private const int RtldGlobal = 0x100;

    /// <summary>
    /// Sets a variable of the process environment that native code reads with getenv; <see cref="System.Environment.SetEnvironmentVariable(string, string)"/>
    /// changes only .NET's own copy. A value that the user has set wins.
    /// </summary>
    public static void SetEnvironmentUnlessSet(string name, string value) => _ = SetEnv(name, value, 0);

    /// <summary>
    /// Loads a library with its symbols visible to libraries loaded later. MPI libraries load plug-ins that expect to find MPI's own symbols,
    /// which the default of .NET (local visibility) hides from them.
    /// </summary>
    /// <returns>The handle, or zero with <paramref name="error"/> telling why.</returns>
    public static nint LoadGlobally(string path, out string? error)
    {
        nint handle = DlOpen(path, RtldNow | RtldGlobal);
        error = handle == 0 ? Marshal.PtrToStringUTF8(DlError()) : null;
        return handle;
    }

    /// <summary>Lets another process run on this core; MPI's own busy waits would starve ranks when there are more of them than cores.</summary>
    public static void YieldProcessor() => _ = SchedYield();

    /// <summary>
    /// From now on the calling thread runs where nobody else wants the core: to the kernel a thread is a process, and 0 is the caller. Not to be undone
    /// without privileges.
    /// </summary>
    public static void YieldToOthers() => _ = SetPriority(OneProcess, 0, Beside);

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int priority);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnv(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "dlopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint DlOpen(string path, int flags);

    [LibraryImport("libc", EntryPoint = "dlerror")]
    private static partial nint DlError();

    [LibraryImport("libc", EntryPoint = "sched_yield")]
    private static partial int SchedYield();
}
