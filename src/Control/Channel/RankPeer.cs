using System;
using HpcVirt.Control.Processes;
using HpcVirt.Mpi.Resilience.Channel;

namespace HpcVirt.Control.Channel;

/// <summary>A rank that introduced itself, and the hold on its process.</summary>
internal sealed class RankPeer(Hello hello, int processId) : IDisposable
{
    public int Rank => hello.Rank;

    public int Attempt => hello.Attempt;

    public string Host => hello.Host;

    public string Program => hello.Program;

    public int Size => hello.Size;

    /// <summary>Process id in the supervisor's pid namespace, as the kernel tells it; the rank's own word differs inside a container.</summary>
    public int ProcessId => processId;

    public ProcessIdentity? Process { get; } = ProcessIdentity.TryOpen(processId);

    public void Dispose() => Process?.Dispose();

    public override string ToString() => $"rank {Rank} (pid {ProcessId}, host {Host})";
}
