using System.Runtime.InteropServices;

namespace HpcVirt.Checkpoint.Native;

/// <summary>Linux error numbers that decide something here.</summary>
internal static class Errno
{
    public const int NotPermitted = 1;
    public const int NotFound = 2;
    public const int Interrupted = 4;
    public const int InputOutput = 5;
    public const int AccessDenied = 13;
    public const int Exists = 17;
    public const int InvalidArgument = 22;
    public const int NoSpace = 28;
    public const int ReadOnlyFileSystem = 30;
    public const int NotImplemented = 38;
    public const int NotEmpty = 39;
    public const int NotSupported = 95;
    public const int QuotaExceeded = 122;

    public static DirectoryFault Fault(int errno) => errno switch
    {
        NotFound => DirectoryFault.NotFound,
        Exists => DirectoryFault.AlreadyExists,
        NotEmpty => DirectoryFault.NotEmpty,
        NoSpace or QuotaExceeded => DirectoryFault.NoSpace,
        NotPermitted or AccessDenied or ReadOnlyFileSystem => DirectoryFault.AccessDenied,
        InputOutput => DirectoryFault.DeviceError,
        _ => DirectoryFault.Other,
    };

    public static CheckpointDirectoryException Failure(int errno, string operation, string path) =>
        new(Fault(errno), operation, path, $"{Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})");
}
