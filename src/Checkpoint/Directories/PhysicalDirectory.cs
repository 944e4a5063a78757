using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using System.Linq;
using HpcVirt.Checkpoint.Native;
using Microsoft.Win32.SafeHandles;

namespace HpcVirt.Checkpoint;

/// <summary>A place on a real disk. Files are readable by their owner only (0600), directories too (0700).</summary>
/// <remarks>
/// Everything stays inside one directory of one file system, so a rename is never a copy (EXDEV cannot happen), and no
/// environment variable such as <c>USER</c> is asked for.
/// </remarks>
public sealed class PhysicalDirectory : ICheckpointDirectory
{
    private const uint OwnerOnlyFile = 0b110_000_000;
    private const uint OwnerOnlyDirectory = 0b111_000_000;

    /// <summary>The place at a path, relative to the working directory of now.</summary>
    public PhysicalDirectory(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        Location = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
    }

    /// <inheritdoc/>
    public string Location { get; }

    /// <inheritdoc/>
    public long GetFreeBytes()
    {
        try
        {
            return new DriveInfo(Location).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointDirectoryException(DirectoryFault.Other, "ask the free space of", Location, e.Message.TrimEnd('.'), e);
        }
    }

    /// <inheritdoc/>
    public void CreateRoot()
    {
        if (File.Exists(Location))
        {
            throw new CheckpointDirectoryException(
                DirectoryFault.AlreadyExists, "use as a directory", Location, "it is a file; name a directory instead");
        }

        var missing = new Stack<string>();
        string? path = Location;
        for (; path is not null && !Directory.Exists(path); path = Path.GetDirectoryName(path)) missing.Push(path);

        while (missing.TryPop(out path))
        {
            int errno = LibC.Retry(() => LibC.MakeDirectory(path, OwnerOnlyDirectory));
            if (errno is not (0 or Errno.Exists)) throw Errno.Failure(errno, "create directory", path);

            // The new name lives in the directory above: without this, the place itself could be gone after the loss of power.
            SyncFullPath(Path.GetDirectoryName(path)!);
        }
    }

    /// <inheritdoc/>
    public void CreateDirectory(string path)
    {
        string full = Full(path);
        Check(LibC.Retry(() => LibC.MakeDirectory(full, OwnerOnlyDirectory)), "create directory", full);
    }

    /// <inheritdoc/>
    [SuppressMessage("Reliability", "CA2000", Justification = "The file that is returned owns the handle.")]
    public ICheckpointFile CreateFile(string path, long reserveBytes)
    {
        string full = Full(path);
        SafeFileHandle handle = Open(full, LibC.ReadWrite | LibC.Create | LibC.Exclusive, "create");
        if (reserveBytes > 0)
        {
            // Reserving first turns "the disk is full" from a surprise in mid-write into an answer before it.
            int errno;
            do errno = LibC.Reserve((int)handle.DangerousGetHandle(), 0, (nint)reserveBytes);
            while (errno == Errno.Interrupted);

            // A file system that cannot reserve may still have the room; the writes will tell.
            if (errno is not (0 or Errno.NotSupported or Errno.InvalidArgument))
            {
                // It was made by this call, and would stand for something that was never written.
                handle.Dispose();
                _ = LibC.Retry(() => LibC.Unlink(full));
                throw Errno.Failure(errno, $"reserve {reserveBytes} bytes for", full);
            }
        }

        return new PhysicalFile(full, handle);
    }

    /// <inheritdoc/>
    [SuppressMessage("Reliability", "CA2000", Justification = "The file that is returned owns the handle.")]
    public ICheckpointFile OpenFile(string path)
    {
        string full = Full(path);
        return new PhysicalFile(full, Open(full, LibC.ReadOnly | LibC.NonBlocking, "open"));
    }

    /// <inheritdoc/>
    public bool Exists(string path) => Path.Exists(Full(path));

    /// <inheritdoc/>
    public IReadOnlyList<DirectoryEntry> List(string path)
    {
        string full = Full(path);
        try
        {
            return [.. new DirectoryInfo(full).EnumerateFileSystemInfos()
                .Select(e => new DirectoryEntry(e.Name, (e.Attributes & FileAttributes.Directory) != 0))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            DirectoryFault fault = e switch
            {
                DirectoryNotFoundException => DirectoryFault.NotFound,
                UnauthorizedAccessException => DirectoryFault.AccessDenied,
                _ => Errno.Fault(e.HResult),
            };
            throw new CheckpointDirectoryException(fault, "list", full, e.Message.TrimEnd('.'), e);
        }
    }

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        string fullFrom = Full(from);
        string fullTo = Full(to);
        int errno = LibC.Retry(() =>
            LibC.RenameAt(LibC.AtWorkingDirectory, fullFrom, LibC.AtWorkingDirectory, fullTo, LibC.NoReplace));

        // Not every file system knows the flag (NFS). Only one leader renames in a place, so to look first is enough there.
        if (errno is Errno.InvalidArgument or Errno.NotImplemented)
        {
            errno = Path.Exists(fullTo) ? Errno.Exists : LibC.Retry(() => LibC.Rename(fullFrom, fullTo));
        }

        Check(errno, $"rename to {to} the", fullFrom);
    }

    /// <inheritdoc/>
    public void SyncDirectory(string path) => SyncFullPath(Full(path));

    /// <inheritdoc/>
    public void DeleteFile(string path)
    {
        string full = Full(path);
        Check(LibC.Retry(() => LibC.Unlink(full)), "delete", full);
    }

    /// <inheritdoc/>
    public void DeleteDirectory(string path)
    {
        string full = Full(path);
        Check(LibC.Retry(() => LibC.RemoveDirectory(full)), "delete directory", full);
    }

    private static SafeFileHandle Open(string full, int flags, string operation)
    {
        int descriptor = -1;
        int errno = LibC.Retry(() => descriptor = LibC.Open(full, flags | LibC.CloseOnExec, OwnerOnlyFile));
        Check(errno, operation, full);
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    private static void SyncFullPath(string full)
    {
        using SafeFileHandle handle = Open(full, LibC.ReadOnly | LibC.Directory, "open directory");
        int errno = LibC.Retry(() => LibC.Sync((int)handle.DangerousGetHandle()));

        // EINVAL says that this file system has nothing to synchronize for a directory (some network and FUSE ones).
        if (errno is not (0 or Errno.InvalidArgument)) throw Errno.Failure(errno, "fsync directory", full);
    }

    private static void Check(int errno, string operation, string full)
    {
        if (errno != 0) throw Errno.Failure(errno, operation, full);
    }

    private string Full(string path) => path.Length == 0 ? Location : $"{Location}/{path}";
}
