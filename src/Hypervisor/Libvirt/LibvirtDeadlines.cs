using System;

namespace HpcVirt.Hypervisor.Libvirt;

/// <summary>How long to wait for libvirt: no call of its library has a bound of its own.</summary>
internal sealed record LibvirtDeadlines
{
    /// <summary>A daemon that has just been started asks QEMU first what it can do, which takes many seconds.</summary>
    public TimeSpan Open { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For what is done at once by a daemon that is well.</summary>
    public TimeSpan Command { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>From the word that ends a job until the job has ended; what has not ended by then is left to itself, and that is said.</summary>
    public TimeSpan Abort { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>A connection that is not closed by then is given up.</summary>
    public TimeSpan Close { get; init; } = TimeSpan.FromSeconds(5);
}
