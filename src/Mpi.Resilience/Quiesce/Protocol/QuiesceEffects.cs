using System;

namespace HpcVirt.Mpi.Resilience.Quiesce.Protocol;

/// <summary>What the driver has to do, in the order of the values. None of it waits: what must be waited for comes back as an event.</summary>
[Flags]
internal enum QuiesceEffects
{
    None = 0,

    /// <summary>Tell every peer whose count has changed since it was told last how many messages it was sent.</summary>
    SendBookmarks = 1,

    /// <summary>Enter the non-blocking barrier of the attempt: here, and all bookmarks taken (or no longer of interest).</summary>
    PostGather = 2,

    /// <summary>Enter the reduction with a yes and the hash of all pair counters.</summary>
    VoteYes = 4,

    /// <summary>Enter the reduction with a no.</summary>
    VoteNo = 8,

    /// <summary>Do what the job fell silent for.</summary>
    Act = 16,

    /// <summary>Enter the non-blocking barrier that ends the silence.</summary>
    PostRelease = 32,

    /// <summary>Give the rank back to the program, for one step.</summary>
    Step = 64,

    /// <summary>Give the rank back to the program.</summary>
    Resume = 128,
}
