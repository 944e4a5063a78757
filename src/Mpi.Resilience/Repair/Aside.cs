using System;
using System.Threading;
using MPI.Native;

namespace HpcVirt.Mpi.Resilience.Repair;

/// <summary>Work that can wait, on a thread that takes what others leave of the cores.</summary>
internal static class Aside
{
    /// <summary>Begins it; it never keeps the process from ending, and never calls MPI.</summary>
    public static void Begin(string name, Action work) => new Thread(() =>
    {
        LibC.YieldToOthers();
        work();
    })
    { IsBackground = true, Name = $"hpcvirt {name}" }.Start();
}
