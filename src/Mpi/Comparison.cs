namespace MPI;

/// <summary>How two groups or communicators relate (MPI 4.1, sections 7.3.1 and 7.4.1).</summary>
public enum Comparison
{
    /// <summary>The same object.</summary>
    Identical,

    /// <summary>Same processes with the same ranks, but another communicator.</summary>
    Congruent,

    /// <summary>Same processes, other ranks.</summary>
    Similar,

    /// <summary>Other processes.</summary>
    Unequal,
}
