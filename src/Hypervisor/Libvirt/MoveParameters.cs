using HpcVirt.Hypervisor.Native;

namespace HpcVirt.Hypervisor.Libvirt;

/// <summary>How libvirt is to move a guest: the flags and typed parameters of <c>virDomainMigrate3</c>.</summary>
internal sealed record MoveParameters
{
    /// <summary>As fast as the wire goes: the greatest number that libvirt takes.</summary>
    public const long UnlimitedMibPerSecond = long.MaxValue >> 20;

    private const uint Live = 1;
    private const uint PeerToPeer = 2;
    private const uint PersistTarget = 8;
    private const uint UndefineSource = 16;
    private const uint Postcopy = 1 << 15;
    private const uint Parallel = 1 << 17;

    /// <summary>Where the target's QEMU listens: <c>tcp:ADDRESS</c>; libvirt chooses the port.</summary>
    public required string TargetAddress { get; init; }

    public required long MibPerSecond { get; init; }

    /// <summary>The speed after a switch to postcopy.</summary>
    public required long MibPerSecondAfterwards { get; init; }

    public int Channels { get; init; }

    public bool IsPostcopy { get; init; }

    /// <summary>The source's daemon moves it by itself, and goes on if the tool dies; otherwise the tool does, and its death ends the move.</summary>
    public bool IsPeerToPeer { get; init; }

    /// <summary>It is defined at its source, and is to be defined at its target instead.</summary>
    public bool IsPersistent { get; init; }

    private uint Flags => Live | (IsPeerToPeer ? PeerToPeer : 0) | (IsPersistent ? PersistTarget | UndefineSource : 0) | (IsPostcopy ? Postcopy : 0) | (Channels > 0 ? Parallel : 0);

    /// <summary>Moves a guest; returns when it has arrived. To be run on a thread that may wait.</summary>
    /// <exception cref="LibvirtException">It did not arrive.</exception>
    public bool Move(LibvirtDomain guest, LibvirtConnection target)
    {
        nint parameters = 0;
        int count = 0, capacity = 0;
        string doing = $"moving guest {guest.Guest} to host {target.Host}";
        try
        {
            Add(LibvirtApi.AddText(ref parameters, ref count, ref capacity, "migrate_uri", "tcp:" + TargetAddress));
            Add(LibvirtApi.AddNumber(ref parameters, ref count, ref capacity, "bandwidth", (ulong)MibPerSecond));
            if (IsPostcopy) Add(LibvirtApi.AddNumber(ref parameters, ref count, ref capacity, "bandwidth.postcopy", (ulong)MibPerSecondAfterwards));
            if (Channels > 0) Add(LibvirtApi.AddInteger(ref parameters, ref count, ref capacity, "parallel.connections", Channels));
            if (IsPeerToPeer)
            {
                Add(LibvirtApi.MigrateToUri(guest.Handle, target.Uri, parameters, (uint)count, Flags));
                return true;
            }

            using LibvirtDomainHandle moved = LibvirtApi.Migrate(guest.Handle, target.Handle, parameters, (uint)count, Flags);
            Add(moved.IsInvalid ? -1 : 0);
            return true;
        }
        finally
        {
            LibvirtApi.FreeParameters(parameters, count);
        }

        void Add(int result)
        {
            if (result < 0) throw LibvirtException.OfLastError(guest.Host, doing);
        }
    }
}
