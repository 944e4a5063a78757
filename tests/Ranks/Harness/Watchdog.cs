using System;
using System.Diagnostics;
using System.IO;
using System.Threading;

namespace HpcVirt.Ranks.Harness;

/// <summary>Ends a rank whose case has no end. It runs beside MPI and calls nothing of it.</summary>
internal sealed class Watchdog(StreamWriter results) : IDisposable
{
    private readonly Lock _gate = new();
    private Timer? _timer;

    public void Start(string name, TimeSpan deadline)
    {
        lock (_gate)
            _timer = new Timer(_ => Bite(name, deadline), null, deadline, Timeout.InfiniteTimeSpan);
    }

    public void Stop()
    {
        lock (_gate)
        {
            _timer?.Dispose();
            _timer = null;
        }
    }

    public void Dispose() => Stop();

    private void Bite(string name, TimeSpan deadline)
    {
        lock (_gate)
        {
            if (_timer is null)
                return;
            new CaseResult(name, CaseOutcome.Failed, $"no end within {deadline.TotalSeconds} s on this rank").AppendTo(results);
        }

        // The main thread sits in native code and will not answer; only a kill ends it.
        Process.GetCurrentProcess().Kill();
    }
}
