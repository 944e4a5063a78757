namespace HpcVirt.Hypervisor;

/// <summary>A guest as its hypervisor describes it at this moment.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Host">The host it is on; null when it is on none, or when none answers for it.</param>
/// <param name="Condition">What it does.</param>
/// <param name="MemoryBytes">Its memory; 0 when unknown.</param>
/// <param name="Remark">More about its condition, for people; null when there is nothing to say.</param>
public sealed record Guest(string Name, string? Host, GuestCondition Condition, long MemoryBytes = 0, string? Remark = null)
{
    /// <summary>A second host on which a process waits for its state: a move is under way, or was broken off; null when there is none.</summary>
    public string? ArrivingOn { get; init; }

    /// <summary>What its processor must be able to do wherever it works; null: what the host offers that it is on.</summary>
    public CpuFeatures? Cpu { get; init; }
}
