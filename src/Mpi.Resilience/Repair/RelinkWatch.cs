using System;
using System.Diagnostics;
using System.Threading;
using HpcVirt.Mpi.Resilience.Channel;
using MPI;

namespace HpcVirt.Mpi.Resilience.Repair;

/// <summary>
/// Calls that open and close a session cannot be given up: with a link that does not come back they wait for ever. Then this process tells why and ends
/// itself, and the job is launched anew from its newest checkpoint.
/// </summary>
internal sealed class RelinkWatch : IDisposable
{
    private readonly ITimer _timer;

    private RelinkWatch(TimeProvider time, TimeSpan deadline, Action giveUp) =>
        _timer = time.CreateTimer(_ => giveUp(), null, deadline, Timeout.InfiniteTimeSpan);

    /// <summary>Watches until it is disposed of.</summary>
    /// <param name="control">The supervisor.</param>
    /// <param name="rank">This rank.</param>
    /// <param name="step">The step that it stands before.</param>
    /// <param name="what">What it is about to do.</param>
    /// <param name="deadline">How long that may take.</param>
    /// <param name="time">The clock.</param>
    public static RelinkWatch Start(ControlClient? control, int rank, long step, string what, TimeSpan deadline, TimeProvider time) => new(time, deadline, () =>
    {
        var failure = new ResilienceException($"Rank {rank} could not {what} within {deadline.TotalSeconds:0.###} s.");
        LastWords.Say($"hpcvirt: {failure.Message} The process ends; the job goes on from its newest checkpoint.");
        control?.Failed(failure, step);
        control?.Dispose();
        Process.GetCurrentProcess().Kill();
    });

    public void Dispose() => _timer.Dispose();
}
