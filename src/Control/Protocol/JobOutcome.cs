namespace HpcVirt.Control.Protocol;

/// <summary>How a job ended.</summary>
public enum JobOutcome
{
    /// <summary>It has not ended.</summary>
    None,

    /// <summary>All ranks ended well.</summary>
    Succeeded,

    /// <summary>The program fails by itself: again in the same way, so that another attempt would too.</summary>
    ProgramFailed,

    /// <summary>The allowed number of restarts is used up.</summary>
    GaveUp,

    /// <summary>Stopped on request, after a checkpoint.</summary>
    InterruptedSaved,

    /// <summary>Stopped on request, without a checkpoint after it.</summary>
    Interrupted,

    /// <summary>Too few hosts are left for the ranks that the job needs.</summary>
    HostsMissing,

    /// <summary>The launcher could not be started.</summary>
    LaunchFailed,
}
