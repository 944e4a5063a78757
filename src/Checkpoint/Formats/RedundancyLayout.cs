namespace HpcVirt.Checkpoint.Formats;

/// <summary>What a redundancy file keeps.</summary>
internal enum RedundancyLayout
{
    /// <summary>The shard of the member before the keeper, as it is.</summary>
    Copy = 1,

    /// <summary>Weighted sums of chunks of all other members.</summary>
    Sums = 2,
}
