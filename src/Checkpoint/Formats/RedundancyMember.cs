namespace HpcVirt.Checkpoint.Formats;

/// <summary>One member of a failure group, and how its shard is known again.</summary>
internal readonly record struct RedundancyMember(int Rank, uint ShardChecksum, long ShardBytes);
