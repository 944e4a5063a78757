using System;

namespace HpcVirt.Mpi.Resilience.Channel;

/// <summary>The control channel refused a peer or a frame. The message says what was wrong; <see cref="Refusal"/> is the same for programs.</summary>
public sealed class ControlChannelException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="refusal">The kind of refusal.</param>
    /// <param name="message">What happened, where, and what to do next.</param>
    /// <param name="cause">The error beneath, if there is one.</param>
    public ControlChannelException(ChannelRefusal refusal, string message, Exception? cause = null)
        : base(message, cause)
    {
        Refusal = refusal;
    }

    /// <summary>The kind of refusal.</summary>
    public ChannelRefusal Refusal { get; }
}
