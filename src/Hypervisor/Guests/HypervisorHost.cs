namespace HpcVirt.Hypervisor;

/// <summary>A host, as its file describes it.</summary>
/// <param name="Name">Its name.</param>
public sealed record HypervisorHost(string Name)
{
    /// <summary>What its processor can do; null where it is not written down.</summary>
    public CpuFeatures? Cpu { get; init; }

    /// <summary>Memory for guests, bytes; null: no bound is written down.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>The most guests that it may hold; null: no bound is written down.</summary>
    public int? GuestsMax { get; init; }
}
