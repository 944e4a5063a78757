namespace HpcVirt.Checkpoint;

/// <summary>One rank's shard as the manifest names it.</summary>
/// <param name="Rank">The rank that wrote it.</param>
/// <param name="LengthBytes">The file's recorded length.</param>
/// <param name="Checksum">The recorded CRC-32C of its header.</param>
/// <param name="IsHere">Whether the file is in this place; with one directory per host, the others' are elsewhere.</param>
public sealed record CatalogShard(int Rank, long LengthBytes, uint Checksum, bool IsHere);
