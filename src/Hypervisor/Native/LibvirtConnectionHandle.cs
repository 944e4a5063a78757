using System.Runtime.InteropServices;

namespace HpcVirt.Hypervisor.Native;

/// <summary>
/// A <c>virConnectPtr</c>. Closing it may speak to the daemon and wait for it: whoever owns it closes it on a worker with a deadline, and gives one up that hangs
/// (<see cref="SafeHandle.SetHandleAsInvalid"/>), which leaks it on purpose.
/// </summary>
internal sealed class LibvirtConnectionHandle : SafeHandle
{
    public LibvirtConnectionHandle()
        : base(0, ownsHandle: true)
    {
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => LibvirtApi.Close(handle) >= 0;
}
