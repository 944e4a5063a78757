using System;

namespace HpcVirt.Hypervisor;

/// <summary>A backend was asked for by name, and it is not there or cannot be used.</summary>
public sealed class BackendMissingException : HypervisorException
{
    /// <summary>Names the backend, why it cannot be used, and what to do next.</summary>
    /// <param name="backend">The backend's name.</param>
    /// <param name="reason">Why it is missing, and what to do next.</param>
    /// <param name="cause">The error beneath, if there is one.</param>
    public BackendMissingException(string backend, string reason, Exception? cause = null)
        : base($"backend '{backend}' cannot be used: {reason}", cause) => Backend = backend;

    /// <summary>The backend's name.</summary>
    public string Backend { get; }
}
