using HpcVirt.Hypervisor.VSphere.Wire;

namespace HpcVirt.Hypervisor.VSphere;

/// <summary>A guest as vCenter has it at this moment.</summary>
/// <param name="Guest">Its name.</param>
/// <param name="Id">vCenter's id of it.</param>
/// <param name="MemoryBytes">Its memory; 0 when unknown.</param>
/// <param name="Runtime">What it does.</param>
/// <param name="Host">The name of the host it belongs to; null when it belongs to none that is known.</param>
internal sealed record Machine(string Guest, string Id, long MemoryBytes, ViRuntime Runtime, string? Host)
{
    /// <summary>
    /// A suspended machine has all of its state and can go on. One that is off has lost its memory: for a job that is a failure, whoever has switched it off.
    /// </summary>
    public GuestCondition Condition => !Runtime.IsConnected ? GuestCondition.Unknown : Runtime.PowerState switch
    {
        ViRuntime.PoweredOn => GuestCondition.Running,
        ViRuntime.Suspended => GuestCondition.Paused,
        ViRuntime.PoweredOff => GuestCondition.Failed,
        _ => GuestCondition.Unknown,
    };

    /// <summary>The host, for people.</summary>
    public string HostWords => Host ?? "none";

    /// <summary>What it does, for people.</summary>
    public string Words => Runtime.IsConnected ? Runtime.PowerState : $"{Runtime.PowerState}, {Runtime.ConnectionState}";

    /// <summary>More about it; null when there is nothing to say.</summary>
    public string? Remark => Runtime.Question is { } question ? $"vSphere waits for an answer: {question.Text}" : Condition is GuestCondition.Running ? null : $"vSphere says: {Words}";
}
