using System;

namespace HpcVirt.Hypervisor;

/// <summary>A move failed.</summary>
public sealed class MigrationFailedException : HypervisorException
{
    /// <summary>Says why, and where the guest is now.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="guestIsOn">The host on which it works on; null when it is lost.</param>
    /// <param name="reason">Why it failed, and what to do next.</param>
    /// <param name="cause">The error beneath, if there is one.</param>
    public MigrationFailedException(string guest, string? guestIsOn, string reason, Exception? cause = null)
        : base($"guest {guest} was not moved: {reason} {(guestIsOn is null ? "The guest is lost; restore it from its newest set." : $"It works on on host {guestIsOn}.")}", cause)
    {
        Guest = guest;
        GuestIsOn = guestIsOn;
    }

    /// <summary>The guest.</summary>
    public string Guest { get; }

    /// <summary>The host on which the guest works on; null when it is lost.</summary>
    public string? GuestIsOn { get; }
}
