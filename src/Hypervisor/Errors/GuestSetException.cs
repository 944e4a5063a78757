using System;

namespace HpcVirt.Hypervisor;

/// <summary>A set of saved guests is damaged, foreign, or was not made at one instant, and is refused.</summary>
public sealed class GuestSetException : HypervisorException
{
    /// <summary>Names the set and what is wrong with it.</summary>
    /// <param name="set">The set's directory or manifest.</param>
    /// <param name="reason">What is wrong, and what to do next.</param>
    /// <param name="cause">The error beneath, if there is one.</param>
    public GuestSetException(string set, string reason, Exception? cause = null)
        : base($"{set}: {reason}", cause) => Set = set;

    /// <summary>The set's directory or manifest.</summary>
    public string Set { get; }
}
