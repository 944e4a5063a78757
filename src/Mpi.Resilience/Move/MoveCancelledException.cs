using System;
using System.Diagnostics.CodeAnalysis;

namespace HpcVirt.Mpi.Resilience.Move;

/// <summary>This process has run the program's beginning for a rank that does not move after all; it unwinds, and waits again.</summary>
[SuppressMessage("Design", "CA1064", Justification = "Programs have nothing to catch here: whoever catches every exception must let it pass.")]
internal sealed class MoveCancelledException() : Exception("The rank whose place this process was to take stays where it is; the process waits for another.");
