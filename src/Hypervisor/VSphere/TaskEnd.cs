using HpcVirt.Hypervisor.VSphere.Wire;

namespace HpcVirt.Hypervisor.VSphere;

/// <summary>How a task ended.</summary>
internal abstract record TaskEnd
{
    /// <summary>It did what it was to do, even if somebody had given it up by then.</summary>
    internal sealed record Done(ViTaskInfo Info) : TaskEnd;

    /// <summary>It failed, or obeyed when it was given up.</summary>
    internal sealed record Failed(string Reason, bool IsGivenUp) : TaskEnd;

    /// <summary>It may still go on: vCenter does not answer, has forgotten it, or does not end it.</summary>
    internal sealed record Open(string Reason) : TaskEnd;
}
