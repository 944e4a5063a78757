namespace HpcVirt.Hypervisor.VSphere;

/// <summary>How a request to vCenter failed: what may be tried again, and what need not.</summary>
internal enum VSphereFailure
{
    /// <summary>vCenter understood, and said no.</summary>
    Refused = 0,

    /// <summary>What was asked for is not there, or not any more.</summary>
    Missing,

    /// <summary>The session has ended, or the login was refused.</summary>
    NotLoggedIn,

    /// <summary>vCenter has no time now, or cannot reach a part of itself. It has done nothing.</summary>
    Busy,

    /// <summary>No whole answer came. Whether the request was carried out, nobody knows.</summary>
    NoAnswer,

    /// <summary>The answer is none that this program understands.</summary>
    Nonsense,
}
