using System;
using System.Runtime.InteropServices;

namespace HpcVirt.Checkpoint.Native;

/// <summary>
/// The few calls of the C library that the BCL has no exact word for: exclusive creation with a mode, a rename that never
/// replaces and never copies, and fsync of a directory.
/// </summary>
internal static partial class LibC
{
    public const int ReadOnly = 0;
    public const int ReadWrite = 2;
    public const int Create = 0x40;
    public const int Exclusive = 0x80;
    public const int CloseOnExec = 0x80000;

    /// <summary>Of no effect on files; keeps the opening of a pipe that somebody left there from waiting for ever.</summary>
    public const int NonBlocking = 0x800;

    /// <summary>Only x86 spells O_DIRECTORY this way among the machines .NET runs on; ARM swaps it with O_DIRECT.</summary>
    public static readonly int Directory =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x4000 : 0x10000;

    /// <summary>"Relative to the working directory": ours are always full paths.</summary>
    public const int AtWorkingDirectory = -100;

    /// <summary>RENAME_NOREPLACE.</summary>
    public const uint NoReplace = 1;

    // Variadic in C, but an int mode travels in the same register either way on Linux.
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "posix_fallocate")]
    public static partial int Reserve(int descriptor, nint offsetBytes, nint lengthBytes);

    [LibraryImport("libc", EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeDirectory(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RenameAt(int fromDirectory, string from, int toDirectory, string to, uint flags);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Rename(string from, string to);

    [LibraryImport("libc", EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Unlink(string path);

    [LibraryImport("libc", EntryPoint = "rmdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RemoveDirectory(string path);

    /// <summary>Repeats a call that a signal interrupted; returns 0, or the errno of its failure.</summary>
    public static int Retry(Func<int> call)
    {
        while (call() < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            if (errno != Errno.Interrupted) return errno;
        }

        return 0;
    }
}
