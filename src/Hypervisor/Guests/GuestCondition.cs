namespace HpcVirt.Hypervisor;

/// <summary>What a guest does.</summary>
public enum GuestCondition
{
    /// <summary>It is on no host.</summary>
    Absent = 0,

    /// <summary>It works.</summary>
    Running,

    /// <summary>It is stopped, with all of its state, and can go on.</summary>
    Paused,

    /// <summary>It is arriving: a host waits for its state.</summary>
    Arriving,

    /// <summary>It was shut down, or has failed in a way that its hypervisor cannot take back.</summary>
    Failed,

    /// <summary>It does not answer; the remark says why.</summary>
    Unknown,
}
