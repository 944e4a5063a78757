using System.IO;
using System.Runtime.InteropServices;

namespace HpcVirt.Hypervisor.Native;

/// <summary>What .NET has no word for: a name is on the disk when its directory is; and a directory that must be new, and private from its first moment.</summary>
internal static partial class LibC
{
    private const int ReadOnly = 0;
    private const int CloseOnExec = 0x80000;
    private const uint OwnerOnlyDirectory = 0b111_000_000;

    /// <summary>Waits until a file's bytes, or a directory's names, are on the disk.</summary>
    public static void Sync(string path)
    {
        int descriptor = Open(path, ReadOnly | CloseOnExec, 0);
        if (descriptor < 0) throw new IOException($"{path} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}");
        int failed = Flush(descriptor);
        string reason = failed == 0 ? "" : Marshal.GetLastPInvokeErrorMessage();
        _ = Close(descriptor);
        if (failed != 0) throw new IOException($"{path} cannot be brought to the disk: {reason}");
    }

    /// <summary>Makes a directory that only its owner may look into, and that must not exist yet.</summary>
    public static void MakePrivateDirectory(string path)
    {
        if (MakeDirectory(path, OwnerOnlyDirectory) != 0) throw new IOException($"{path} cannot be made: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeDirectory(string path, uint mode);

    // Variadic in C, but an int mode travels in the same register either way on Linux.
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
