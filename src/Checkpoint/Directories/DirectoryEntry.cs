namespace HpcVirt.Checkpoint;

/// <summary>One name inside a directory.</summary>
/// <param name="Name">The name, without the path before it.</param>
/// <param name="IsDirectory">Whether it is itself a directory.</param>
public readonly record struct DirectoryEntry(string Name, bool IsDirectory);
