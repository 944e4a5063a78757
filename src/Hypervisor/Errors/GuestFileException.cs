using System;

namespace HpcVirt.Hypervisor;

/// <summary>The file that describes hosts and guests cannot be used.</summary>
public sealed class GuestFileException : HypervisorException
{
    /// <summary>Names the file and what is wrong with it.</summary>
    /// <param name="file">The file's path.</param>
    /// <param name="reason">What is wrong, and what to do next.</param>
    /// <param name="cause">The error beneath, if there is one.</param>
    public GuestFileException(string file, string reason, Exception? cause = null)
        : base($"{file}: {reason}", cause) => File = file;

    /// <summary>The file's path.</summary>
    public string File { get; }
}
