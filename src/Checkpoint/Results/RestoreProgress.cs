namespace HpcVirt.Checkpoint;

/// <summary>How far one rank has come in a restart. A version is read twice: all of it is verified before any of it is used.</summary>
/// <param name="DoneBytes">Bytes read so far; begins anew when an older version is tried.</param>
/// <param name="TotalBytes">Bytes to be read.</param>
public readonly record struct RestoreProgress(long DoneBytes, long TotalBytes);
