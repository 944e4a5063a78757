using System.Runtime.InteropServices;

namespace HpcVirt.Control.Native;

/// <summary>
/// <c>struct pidfd_info</c> of linux/pidfd.h, first version (64 bytes). Since Linux 6.15 it tells the exit status of a process that is
/// not our child, once its parent has reaped it; older kernels refuse the request.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PidfdInfo
{
    /// <summary>PIDFD_GET_INFO, _IOWR(0xFF, 11, 64 bytes).</summary>
    public const uint Request = 0xC040FF0B;

    /// <summary>PIDFD_INFO_EXIT: in, the exit status is wanted; out, it is there.</summary>
    public const ulong MaskExit = 1 << 3;

    public ulong Mask;
    public ulong ControlGroupId;
    public uint ProcessId;
    public uint ThreadGroupId;
    public uint ParentProcessId;
    public uint RealUserId;
    public uint RealGroupId;
    public uint EffectiveUserId;
    public uint EffectiveGroupId;
    public uint SavedUserId;
    public uint SavedGroupId;
    public uint FileSystemUserId;
    public uint FileSystemGroupId;

    /// <summary>Wait status as of wait(2): low seven bits the signal, bits 8 to 15 the exit code.</summary>
    public int WaitStatus;
}
