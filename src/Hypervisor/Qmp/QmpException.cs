using System;

namespace HpcVirt.Hypervisor.Qmp;

/// <summary>A talk over QMP failed.</summary>
internal sealed class QmpException : HypervisorException
{
    /// <summary>Says what failed on which socket.</summary>
    /// <param name="fault">What went wrong.</param>
    /// <param name="socket">The socket's path.</param>
    /// <param name="reason">What happened, and what to do next.</param>
    /// <param name="cause">The error beneath, if there is one.</param>
    public QmpException(QmpFault fault, string socket, string reason, Exception? cause = null)
        : base($"{socket}: {reason}", cause)
    {
        Fault = fault;
        Socket = socket;
        Reason = reason;
    }

    public QmpFault Fault { get; }

    public string Socket { get; }

    public string Reason { get; }

    /// <summary>The same failure, for another caller: an exception is thrown once.</summary>
    public QmpException Again() => new(Fault, Socket, Reason, InnerException);
}
