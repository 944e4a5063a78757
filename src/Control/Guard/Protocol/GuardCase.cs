using System.Collections.Immutable;

namespace HpcVirt.Control.Guard.Protocol;

/// <summary>Where a case is.</summary>
/// <remarks><code>
/// alert -> Acting -- no guest is left to decide about --> Watching -- the horizon ends, the host fails, or somebody has checked it --> closed, with a CaseOutcome
/// </code></remarks>
internal enum CasePhase
{
    /// <summary>Guests are on the host that nothing was decided about.</summary>
    Acting = 0,

    /// <summary>All is done that will be done; what becomes of the host is waited for.</summary>
    Watching,
}

/// <summary>What was decided about a guest in a case. It is decided once: no guest is moved twice for one alert.</summary>
internal enum GuestFate
{
    /// <summary>It was moved away.</summary>
    Moved = 0,

    /// <summary>It stays, for the reason that was told.</summary>
    Stays,

    /// <summary>Somebody else moved it, or it is gone.</summary>
    Gone,
}

/// <summary>One alert, and everything that was done about it. Immutable.</summary>
/// <param name="Id">Its number, from 1.</param>
/// <param name="Host">The host.</param>
/// <param name="Node">What the predictor calls it.</param>
/// <param name="OpenedAtS">When the alert fired, in seconds since 1970.</param>
/// <param name="HorizonEndsAtS">Until when a failure would prove it right.</param>
/// <param name="Risk">The risk when it fired.</param>
internal sealed record GuardCase(int Id, string Host, string Node, long OpenedAtS, long HorizonEndsAtS, double Risk)
{
    public CasePhase Phase { get; init; }

    /// <summary>Guests that were decided about.</summary>
    public ImmutableSortedDictionary<string, GuestFate> Fates { get; init; } = ImmutableSortedDictionary<string, GuestFate>.Empty;

    /// <summary>Hosts that a guest could not be moved to, in the order in which they were tried.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<string>> Tried { get; init; } = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty;

    /// <summary>A checkpoint was made for this case, or was tried in vain: there is no second one.</summary>
    public bool IsSaved { get; init; }

    /// <summary>What is known of its end so far, while something is still being done.</summary>
    public CaseOutcome Verdict { get; init; }
}

/// <summary>A case that is over.</summary>
internal sealed record ClosedCase(int Id, string Host, long OpenedAtS, long ClosedAtS, CaseOutcome Outcome, int Moved);
