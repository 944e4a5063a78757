namespace HpcVirt.Hypervisor;

/// <summary>Which memory goes when.</summary>
public enum MigrationMode
{
    /// <summary>All memory is copied while the guest works at its source; what it changes is copied again; it stops for the rest.</summary>
    Precopy = 0,

    /// <summary>
    /// After the first pass the guest works at its target and fetches what it lacks. It always ends, whatever the guest writes; but until it has ended, the
    /// loss of either host is the loss of the guest.
    /// </summary>
    Postcopy,
}
