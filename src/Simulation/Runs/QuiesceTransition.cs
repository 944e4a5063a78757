using HpcVirt.Mpi.Resilience.Quiesce.Protocol;

namespace HpcVirt.Simulation.Runs;

/// <summary>The production transition function, or in the tests of the checkers one with a guard taken out.</summary>
internal delegate (QuiesceState State, QuiesceEffects Effects) QuiesceTransition(in QuiesceState state, in QuiesceEvent happened);
