namespace HpcVirt.Control.Guard.Protocol;

/// <summary>What became of an alarm.</summary>
internal enum CaseOutcome
{
    /// <summary>Its horizon is not over.</summary>
    Open = 0,

    /// <summary>The host failed within the horizon: the alarm was right.</summary>
    HostFailed,

    /// <summary>An administrator found the host faulty before it failed: the alarm was right.</summary>
    FoundFaulty,

    /// <summary>An administrator found nothing: the alarm was false.</summary>
    FoundHealthy,

    /// <summary>The horizon passed without a failure, and nobody has looked: the alarm counts as false.</summary>
    NothingHappened,
}
