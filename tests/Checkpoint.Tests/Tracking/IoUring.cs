using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace HpcVirt.Checkpoint.Tests.Tracking;

/// <summary>
/// As much of io_uring (Linux, io_uring_setup(2)) as one read into a registered buffer needs: a device's way into memory that was pinned before,
/// past the page tables of the process.
/// </summary>
internal sealed unsafe partial class IoUring : IDisposable
{
    private const nint SetupCall = 425;
    private const nint EnterCall = 426;
    private const nint RegisterCall = 427;
    private const int ReadWrite = 3;
    private const int SharedPopulated = 0x8001;
    private const nint RingBytes = 1 << 14;
    private const nint EntriesOffset = 0x10000000;
    private const byte ReadFixedOperation = 4;
    private const nint GetEvents = 1;

    private readonly SafeFileHandle _file;
    private readonly Parameters _parameters;
    private readonly byte* _ring;
    private readonly byte* _entries;

    private IoUring(SafeFileHandle file, Parameters parameters, nint ring, nint entries)
    {
        _file = file;
        _parameters = parameters;
        _ring = (byte*)ring;
        _entries = (byte*)entries;
    }

    public static IoUring? TryOpen(out string? reason)
    {
        Parameters parameters = default;
        nint descriptor = SystemCall(SetupCall, 4, (nint)(&parameters), 0, 0, 0, 0);
        if (descriptor < 0)
        {
            reason = $"the kernel does not permit it (errno {Marshal.GetLastPInvokeError()})";
            return null;
        }

        var file = new SafeFileHandle(descriptor, ownsHandle: true);
        nint ring = Map(0, RingBytes, ReadWrite, SharedPopulated, (int)descriptor, 0);
        nint entries = Map(0, PageSet.PageBytes, ReadWrite, SharedPopulated, (int)descriptor, EntriesOffset);
        reason = ring == -1 || entries == -1 || (parameters.Features & 1) == 0 ? "its rings cannot be mapped as one" : null;
        if (reason is null) return new IoUring(file, parameters, ring, entries);
        file.Dispose();
        return null;
    }

    /// <summary>Pins memory, as a network card's driver does.</summary>
    public bool TryRegister(nint address, nint lengthBytes, out string? reason)
    {
        (nint Address, nint LengthBytes) buffer = (address, lengthBytes);
        bool isRegistered = SystemCall(RegisterCall, _file.DangerousGetHandle(), 0, (nint)(&buffer), 1, 0, 0) == 0;
        reason = isRegistered ? null : $"memory cannot be registered (errno {Marshal.GetLastPInvokeError()})";
        return isRegistered;
    }

    /// <summary>Reads from the beginning of a file into registered memory, and waits; the number of bytes, or minus an errno.</summary>
    public int ReadFixed(SafeFileHandle file, nint address, int lengthBytes)
    {
        Unsafe.InitBlock(_entries, 0, 64);
        _entries[0] = ReadFixedOperation;
        *(int*)(_entries + 4) = (int)file.DangerousGetHandle();
        *(nint*)(_entries + 16) = address;
        *(int*)(_entries + 24) = lengthBytes;
        *(uint*)(_ring + _parameters.SubmissionArray) = 0;
        System.Threading.Volatile.Write(ref *(uint*)(_ring + _parameters.SubmissionTail), 1);
        if (SystemCall(EnterCall, _file.DangerousGetHandle(), 1, 1, GetEvents, 0, 0) != 1) return -Marshal.GetLastPInvokeError();
        return *(int*)(_ring + _parameters.CompletionEntries + 8);
    }

    public void Dispose()
    {
        _ = Unmap((nint)_ring, RingBytes);
        _ = Unmap((nint)_entries, PageSet.PageBytes);
        _file.Dispose();
    }

    [DllImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static extern nint SystemCall(nint number, nint a, nint b, nint c, nint d, nint e, nint f);

    [DllImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static extern nint Map(nint address, nint lengthBytes, int protection, int flags, int descriptor, nint offsetBytes);

    [DllImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static extern int Unmap(nint address, nint lengthBytes);

    /// <summary>struct io_uring_params; the offsets that are used here.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 120)]
    private struct Parameters
    {
        [FieldOffset(20)]
        public uint Features;

        [FieldOffset(44)]
        public uint SubmissionTail;

        [FieldOffset(64)]
        public uint SubmissionArray;

        [FieldOffset(100)]
        public uint CompletionEntries;
    }
}
