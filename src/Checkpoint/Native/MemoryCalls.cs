using System.Runtime.InteropServices;

namespace HpcVirt.Checkpoint.Native;

/// <summary>Mapping files into memory, and asking how many names a file has: the calls behind the memory tier.</summary>
internal static partial class MemoryCalls
{
    public const int ProtectRead = 1;
    public const int ProtectReadWrite = 3;
    public const int MapShared = 1;

    /// <summary>MAP_POPULATE: page tables are filled at once, not fault by fault while a rank stands still.</summary>
    public const int MapPopulate = 0x8000;

    /// <summary>STATX_NLINK | STATX_INO | STATX_SIZE.</summary>
    public const uint StatNamesAndSize = 0x4 | 0x100 | 0x200;

    /// <summary>LOCK_EX.</summary>
    public const int LockExclusive = 2;

    /// <summary>LOCK_NB.</summary>
    public const int LockNonBlocking = 4;

    public static readonly nint MapFailed = -1;

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    public static partial nint Map(nint address, nuint lengthBytes, int protection, int flags, int descriptor, nint offsetBytes);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    public static partial int Unmap(nint address, nuint lengthBytes);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(int descriptor, int operation);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Link(string existing, string added);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Stat(int directory, string path, int flags, uint mask, out FileFacts facts);

    /// <summary>struct statx, which has one layout on all machines; the fields that are asked for here.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal struct FileFacts
    {
        [FieldOffset(16)]
        public uint NameCount;

        [FieldOffset(32)]
        public ulong FileNumber;

        [FieldOffset(40)]
        public ulong LengthBytes;
    }
}
