using System;
using System.IO;
using System.Runtime.InteropServices;

namespace HpcVirt.Hypervisor.Native;

/// <summary>What .NET has no word for: a name is on the disk when its directory is; and a directory that must be new, and private from its first moment.</summary>
internal static partial class LibC
{
    private const int ReadOnly = 0;
    private const int CloseOnExec = 0x80000;
    private const uint OwnerOnlyDirectory = 0b111_000_000;
    private const int CurrentFolder = -100;
    private const uint StatxBasic = 0x7FF;
    private const int StatxBytes = 256;
    private const int KindMask = 0xF000;
    private const int RegularKind = 0x8000;

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

    /// <summary>A file as it is there, links followed; null where there is none, or none that may be looked at.</summary>
    public static FileFacts? Look(string path)
    {
        Span<byte> answer = stackalloc byte[StatxBytes];
        if (Statx(CurrentFolder, path, 0, StatxBasic, ref MemoryMarshal.GetReference(answer)) != 0) return null;
        ushort mode = MemoryMarshal.Read<ushort>(answer[28..]);
        return new FileFacts((mode & KindMask) == RegularKind, MemoryMarshal.Read<uint>(answer[20..]), MemoryMarshal.Read<uint>(answer[24..]), (UnixFileMode)(mode & 0xFFF));
    }

    /// <summary>Gives a file to the owner of another; it stays whose it is where that is not allowed.</summary>
    public static void GiveTo(string path, FileFacts facts) => _ = ChangeOwner(path, facts.User, facts.Group);

    /// <summary>What is asked of a file.</summary>
    internal readonly record struct FileFacts(bool IsRegular, uint User, uint Group, UnixFileMode Mode);

    // The layout of struct statx is the kernel's own, and the same everywhere: statx(2).
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, ref byte answer);

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);

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
