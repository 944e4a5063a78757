using System;

namespace HpcVirt.Checkpoint;

/// <summary>An operation on a directory or file failed; <see cref="Fault"/> says in which way.</summary>
public sealed class CheckpointDirectoryException : CheckpointException
{
    /// <summary>Names the operation, the path and the reason.</summary>
    /// <param name="fault">The kind of failure, for decisions.</param>
    /// <param name="operation">What was attempted, as a verb phrase: "write 1048576 bytes at offset 0 of".</param>
    /// <param name="path">The full path.</param>
    /// <param name="reason">The system's words.</param>
    /// <param name="cause">The exception behind it, if any.</param>
    public CheckpointDirectoryException(DirectoryFault fault, string operation, string path, string reason, Exception? cause = null)
        : base($"Could not {operation} {path}: {reason}.", cause)
    {
        Fault = fault;
        Path = path;
    }

    /// <summary>The kind of failure.</summary>
    public DirectoryFault Fault { get; }

    /// <summary>The full path.</summary>
    public string Path { get; }
}
