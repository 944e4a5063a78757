using HpcVirt.Simulation.Network;
using HpcVirt.Simulation.Runs;

namespace HpcVirt.Simulation.Tests.Mutants;

/// <summary>One defect, which the checkers must see.</summary>
internal sealed record Mutant(string Name)
{
    /// <summary>A guard of the protocol is missing.</summary>
    public QuiesceTransition? Transition { get; init; }

    /// <summary>The network or a counter is wrong.</summary>
    public NetworkFaultKind Fault { get; init; }

    public bool CapturesNothing { get; init; }

    /// <summary>Which of the program's messages the fault hits depends on the seed.</summary>
    public JobSetup ApplyTo(JobSetup setup, long seed) => setup with
    {
        Transition = Transition ?? setup.Transition,
        Fault = Fault == NetworkFaultKind.None ? default : new NetworkFault(Fault, 1 + (seed % 60)),
        Captures = !CapturesNothing,
    };

    public override string ToString() => Name;
}
