using System;

namespace HpcVirt.Hypervisor;

/// <summary>The root of all errors of this library: says what happened, where, and what to do next.</summary>
public class HypervisorException : Exception
{
    /// <summary>An error with its whole story in <paramref name="message"/>.</summary>
    /// <param name="message">What happened, where, and what to do next.</param>
    /// <param name="cause">The error beneath, if there is one.</param>
    public HypervisorException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
