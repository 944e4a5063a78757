namespace HpcVirt.Control.Protocol;

/// <summary>A host of the job.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Slots">Ranks that it takes, at least 1.</param>
/// <param name="Condition">Whether it takes them now.</param>
internal sealed record PooledHost(string Name, int Slots, HostCondition Condition)
{
    public bool IsUsable => Condition is HostCondition.Regular or HostCondition.Spare;
}
