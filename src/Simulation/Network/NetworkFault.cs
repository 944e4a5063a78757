namespace HpcVirt.Simulation.Network;

/// <summary>One defect, for the tests of the checkers: a network or a ledger that does what neither may.</summary>
/// <param name="Kind">What goes wrong.</param>
/// <param name="Message">With which of the program's messages, counted over the job from 1.</param>
internal readonly record struct NetworkFault(NetworkFaultKind Kind, long Message);

internal enum NetworkFaultKind
{
    None,
    Drop,
    Duplicate,

    /// <summary>The message is overtaken by later ones of its pair.</summary>
    Reorder,

    /// <summary>The sender's counter is one too high from here on.</summary>
    SentOneTooMany,

    /// <summary>The receiver's counter is one too high from here on.</summary>
    ReceivedOneTooMany,
}
