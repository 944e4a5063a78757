namespace HpcVirt.Hypervisor.Qmp;

/// <summary>What went wrong on a QMP socket.</summary>
internal enum QmpFault
{
    /// <summary>There is no socket, or nobody listens on it.</summary>
    NotThere = 0,

    /// <summary>Somebody listens and says nothing.</summary>
    NoGreeting,

    /// <summary>Something came that is not QMP.</summary>
    Garbage,

    /// <summary>A message is longer than any that QEMU sends.</summary>
    TooLong,

    /// <summary>QEMU has gone.</summary>
    Ended,

    /// <summary>A command was not answered in time.</summary>
    Late,

    /// <summary>QEMU has refused a command, and says why.</summary>
    Refused,
}
