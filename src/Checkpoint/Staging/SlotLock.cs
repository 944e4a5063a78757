using System;
using System.Threading;
using HpcVirt.Checkpoint.Native;
using Microsoft.Win32.SafeHandles;

namespace HpcVirt.Checkpoint;

/// <summary>
/// The right to write into a rank's slots, held by one process at a time: a rank of an earlier start that is still alive holds mappings of them, and
/// would write into what its successor has taken over. The kernel gives the right back when the process ends, however it ends.
/// </summary>
internal sealed class SlotLock : IDisposable
{
    private readonly SafeFileHandle _file;

    private SlotLock(SafeFileHandle file) => _file = file;

    /// <summary>Waits until the process before is gone.</summary>
    /// <exception cref="CheckpointException">It is still there at the deadline.</exception>
    public static SlotLock Take(string fullPath, TimeSpan deadline, TimeProvider time)
    {
        int descriptor = -1;
        int errno = LibC.Retry(() => descriptor = LibC.Open(fullPath, LibC.ReadWrite | LibC.Create | LibC.CloseOnExec, 0b110_000_000));
        if (errno != 0) throw Errno.Failure(errno, "create", fullPath);
        var file = new SafeFileHandle(descriptor, ownsHandle: true);
        long startedAt = time.GetTimestamp();
        using var never = new ManualResetEventSlim();
        while (LibC.Retry(() => MemoryCalls.Lock(descriptor, MemoryCalls.LockExclusive | MemoryCalls.LockNonBlocking)) != 0)
        {
            if (time.GetElapsedTime(startedAt) > deadline)
            {
                file.Dispose();
                throw new CheckpointException(
                    $"{fullPath} is held by another process: a rank of an earlier start of this job is still alive on this host. End it, and start again.");
            }

            never.Wait(TimeSpan.FromMilliseconds(5));
        }

        return new SlotLock(file);
    }

    public void Dispose() => _file.Dispose();
}
