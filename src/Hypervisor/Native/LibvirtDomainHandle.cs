using System.Runtime.InteropServices;

namespace HpcVirt.Hypervisor.Native;

/// <summary>A <c>virDomainPtr</c>. Freeing it asks nothing of the daemon as long as its connection is open, so it is freed first.</summary>
internal sealed class LibvirtDomainHandle : SafeHandle
{
    public LibvirtDomainHandle()
        : base(0, ownsHandle: true)
    {
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => LibvirtApi.FreeDomain(handle) >= 0;
}
