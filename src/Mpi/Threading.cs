namespace MPI;

/// <summary>How much threading a program asks of MPI, and what MPI grants (MPI 4.1, section 11.6), in rising order.</summary>
public enum Threading
{
    /// <summary>The process has one thread.</summary>
    Single,

    /// <summary>Only the main thread calls MPI.</summary>
    Funneled,

    /// <summary>Any thread calls MPI, never two at a time; the program sees to that.</summary>
    Serialized,

    /// <summary>Any thread calls MPI at any time.</summary>
    Multiple,
}
