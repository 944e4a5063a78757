using System;
using System.IO;
using HpcVirt.Checkpoint.Native;
using Microsoft.Win32.SafeHandles;

namespace HpcVirt.Checkpoint;

/// <summary>A file on a real disk, read and written by offset.</summary>
internal sealed class PhysicalFile(string path, SafeFileHandle handle) : ICheckpointFile
{
    public long GetLengthBytes()
    {
        try
        {
            return RandomAccess.GetLength(handle);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw Failure("ask the length of", e);
        }
    }

    public void Write(ReadOnlySpan<byte> bytes, long offsetBytes)
    {
        try
        {
            RandomAccess.Write(handle, bytes, offsetBytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw Failure($"write {bytes.Length} bytes at offset {offsetBytes} of", e);
        }
    }

    public int Read(Span<byte> buffer, long offsetBytes)
    {
        try
        {
            return RandomAccess.Read(handle, buffer, offsetBytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw Failure($"read at offset {offsetBytes} of", e);
        }
    }

    public void Sync()
    {
        // Not RandomAccess.FlushToDisk: it is silent about file systems that cannot synchronize, and durability is the point here.
        int errno = LibC.Retry(() => LibC.Sync((int)handle.DangerousGetHandle()));
        GC.KeepAlive(handle);
        if (errno != 0) throw Errno.Failure(errno, "fsync", path);
    }

    public void Dispose() => handle.Dispose();

    // On Linux the HResult of an IOException that the system caused is its errno.
    private CheckpointDirectoryException Failure(string operation, Exception e) =>
        new(Errno.Fault(e.HResult), operation, path, e.Message.TrimEnd('.'), e);
}
