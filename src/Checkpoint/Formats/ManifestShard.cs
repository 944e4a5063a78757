namespace HpcVirt.Checkpoint.Formats;

/// <summary>How one rank's shard is known again.</summary>
/// <param name="LengthBytes">The file's length.</param>
/// <param name="Checksum">CRC-32C of the shard's header, which holds the checksums of all its blocks.</param>
/// <param name="RegionFormats">CRC-32C of the regions' names, types and shapes: equal formats, equal number.</param>
/// <param name="Leader">The lowest rank of those whose shards lie in the same place: tools see from it which files belong together.</param>
internal readonly record struct ManifestShard(long LengthBytes, uint Checksum, uint RegionFormats, int Leader);
