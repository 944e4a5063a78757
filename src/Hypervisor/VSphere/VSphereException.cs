using System;

namespace HpcVirt.Hypervisor.VSphere;

/// <summary>vCenter has refused, failed, or not answered.</summary>
internal sealed class VSphereException : HypervisorException
{
    public VSphereException(VSphereFailure failure, string message, string? fault = null, Exception? cause = null)
        : base(message, cause)
    {
        Failure = failure;
        Fault = fault;
    }

    /// <summary>What kind of failure it is.</summary>
    public VSphereFailure Failure { get; }

    /// <summary>vCenter's own name of the fault, as <c>InvalidState</c>; null where it gave none.</summary>
    public string? Fault { get; }
}
