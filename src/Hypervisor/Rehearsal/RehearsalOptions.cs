using System;
using System.Collections.Generic;

namespace HpcVirt.Hypervisor.Rehearsal;

/// <summary>How long a rehearsed hypervisor takes.</summary>
public sealed record RehearsalOptions
{
    /// <summary>Guests, and the hosts they are on.</summary>
    public IReadOnlyDictionary<string, string> Guests { get; init; } = new Dictionary<string, string>();

    /// <summary>All hosts; those that guests are on need not be repeated.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Room and processors of hosts; those that are missing here have no bounds.</summary>
    public IReadOnlyList<HypervisorHost> HostList { get; init; } = [];

    /// <summary>What guests' processors must be able to do.</summary>
    public IReadOnlyDictionary<string, CpuFeatures> GuestCpus { get; init; } = new Dictionary<string, CpuFeatures>();

    /// <summary>A file that keeps where guests are from one process to the next; null: nothing is kept.</summary>
    public string? StateFile { get; init; }

    /// <summary>A guest's memory.</summary>
    public long MemoryBytes { get; init; } = 1 << 30;

    /// <summary>How fast memory goes over the wire and to a file.</summary>
    public long BytesPerSecond { get; init; } = 1 << 30;

    /// <summary>How long a guest stands still while it switches over.</summary>
    public TimeSpan Downtime { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long pausing, resuming and links take.</summary>
    public TimeSpan ShortVerb { get; init; } = TimeSpan.FromMilliseconds(1);
}
