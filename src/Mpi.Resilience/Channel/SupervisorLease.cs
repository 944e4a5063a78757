using System;
using System.Diagnostics;
using System.Threading;
using MPI;

namespace HpcVirt.Mpi.Resilience.Channel;

/// <summary>
/// A rank on another host may go on only while it hears from the supervisor. Nobody can fence a host that is cut off, so what runs there has
/// to fence itself, before the supervisor gives its place away: the lease is shorter than the supervisor's patience.
/// </summary>
internal sealed class SupervisorLease : IDisposable
{
    /// <summary>How often in its time a lease is looked at.</summary>
    private const int LooksPerLease = 10;

    private readonly TimeSpan _lease;
    private readonly TimeProvider _time;
    private readonly Action<TimeSpan> _expired;
    private readonly ITimer _timer;
    private long _heardAt;

    internal SupervisorLease(TimeSpan lease, TimeProvider time, Action<TimeSpan> expired)
    {
        _lease = lease;
        _time = time;
        _expired = expired;
        _heardAt = time.GetTimestamp();
        _timer = time.CreateTimer(_ => Look(), null, lease / LooksPerLease, lease / LooksPerLease);
    }

    public static SupervisorLease Begin(RemoteControl remote, int rank, TimeProvider time) => new(remote.Lease, time, silence =>
    {
        LastWords.Say($"hpcvirt: rank {rank} has heard nothing from the supervisor on {remote.SupervisorHost} for {silence.TotalSeconds:0.0} s and ends itself: the job may go on without this host by now");

        // At once and past everything: MPI's own end would wait for ranks that are out of reach.
        using var self = Process.GetCurrentProcess();
        self.Kill();
    });

    /// <summary>The supervisor was heard.</summary>
    public void Renew() => Volatile.Write(ref _heardAt, _time.GetTimestamp());

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        TimeSpan silence = _time.GetElapsedTime(Volatile.Read(ref _heardAt));
        if (silence > _lease) _expired(silence);
    }
}
