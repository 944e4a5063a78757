using System;
using HpcVirt.Control.Processes;
using HpcVirt.Mpi.Resilience.Channel;

namespace HpcVirt.Control.Channel;

/// <summary>A rank that introduced itself, and the hold on its process.</summary>
internal sealed class RankPeer(Hello hello, int processId, bool isBeside = true) : IDisposable
{
    public int Rank => hello.Rank;

    public int Attempt => hello.Attempt;

    public string Host => hello.Host;

    public string Program => hello.Program;

    public int Size => hello.Size;

    /// <summary>Process id: beside the supervisor as the kernel tells it, for the rank's own word differs inside a container; elsewhere as the rank tells it.</summary>
    public int ProcessId => processId;

    /// <summary>The process; null on another host.</summary>
    public ProcessIdentity? Process { get; } = isBeside ? ProcessIdentity.TryOpen(processId) : null;

    public void Dispose() => Process?.Dispose();

    public override string ToString() => $"rank {Rank} (pid {ProcessId}, host {Host})";
}
