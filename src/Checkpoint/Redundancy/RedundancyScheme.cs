namespace HpcVirt.Checkpoint;

/// <summary>How the memory tier survives the loss of hosts.</summary>
public enum RedundancyScheme
{
    /// <summary>Not at all: each shard exists once.</summary>
    None,

    /// <summary>Each rank keeps a copy of its predecessor's shard: one loss per neighbourhood, at the price of the state once more.</summary>
    Partner,

    /// <summary>Each rank keeps the exclusive or of parts of all others' shards: one loss per group, at the price of 1/(members - 1).</summary>
    Xor,

    /// <summary>As <see cref="Xor"/> with several independent sums: k losses per group, at the price of k/(members - k).</summary>
    ReedSolomon,
}
