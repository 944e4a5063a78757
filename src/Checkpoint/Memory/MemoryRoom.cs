namespace HpcVirt.Checkpoint;

/// <summary>How much memory this process may still take, and what sets the bound.</summary>
/// <param name="Bytes">The bytes.</param>
/// <param name="Bound">What sets the bound, for people.</param>
internal readonly record struct MemoryRoom(long Bytes, string Bound);
