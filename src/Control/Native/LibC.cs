using System.IO;
using System.Runtime.InteropServices;

namespace HpcVirt.Control.Native;

/// <summary>The system calls that .NET has no word for. System call numbers 424 and 434 are the same on every architecture of Linux.</summary>
internal static partial class LibC
{
    private const long SysPidfdSendSignal = 424;
    private const long SysPidfdOpen = 434;
    private const short PollIn = 1;
    private const int CloseOnExec = 0x80000;

    /// <summary>Opens a descriptor that stands for the process itself and not for its number; -1 if that fails.</summary>
    public static int PidfdOpen(int processId) => (int)SystemCall(SysPidfdOpen, processId, 0, 0, 0);

    public static bool PidfdSendSignal(int pidfd, int signal) => SystemCall(SysPidfdSendSignal, pidfd, signal, 0, 0) == 0;

    /// <summary>True if the process behind the descriptor has ended (a zombie has).</summary>
    public static bool PidfdHasEnded(int pidfd)
    {
        var poll = new PollDescriptor { Descriptor = pidfd, Events = PollIn };
        return Poll(ref poll, 1, 0) > 0;
    }

    public static bool Kill(int processId, int signal) => KillProcess(processId, signal) == 0;

    /// <summary>Makes a directory that must not exist yet. False if it does, or if it cannot be made.</summary>
    public static bool MakeDirectory(string path, uint mode) => MakeDirectoryAt(path, mode) == 0;

    public static unsafe bool PidfdGetInfo(int pidfd, ref PidfdInfo info)
    {
        fixed (PidfdInfo* pointer = &info) return Control(pidfd, PidfdInfo.Request, pointer) == 0;
    }

    /// <summary>Waits until a directory's names are on the disk. A new file is there after a crash only if its name is.</summary>
    public static void SyncDirectory(string path)
    {
        int descriptor = Open(path, CloseOnExec, 0);
        if (descriptor < 0) throw new IOException($"{path} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}");
        int failed = Flush(descriptor);
        string reason = failed == 0 ? "" : Marshal.GetLastPInvokeErrorMessage();
        _ = Close(descriptor);
        if (failed != 0) throw new IOException($"{path} cannot be brought to the disk: {reason}");
    }

    // Variadic in C, but an int mode travels in the same register either way on Linux.
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial long SystemCall(long number, long first, long second, long third, long fourth);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int KillProcess(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "mkdir", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeDirectoryAt(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref PollDescriptor descriptors, ulong count, int timeoutMilliseconds);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static unsafe partial int Control(int descriptor, nuint request, void* argument);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUserId();

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
