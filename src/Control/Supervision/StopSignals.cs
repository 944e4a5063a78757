using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using HpcVirt.Control.Native;
using HpcVirt.Control.Protocol;
using HpcVirt.Control.Schedulers;

namespace HpcVirt.Control.Supervision;

/// <summary>
/// Turns signals to the supervisor into events. SIGINT, SIGTERM and SIGHUP ask to stop (passed on as it is, a hang-up would end Hydra,
/// leave its ranks, and the job would be relaunched for a terminal that is gone); SIGUSR2 asks for a checkpoint; SIGUSR1 is the program's. Batch
/// systems give notice by these two: where they do, they ask to stop.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];

    public StopSignals(Action<SupervisorEvent> post, IReadOnlyList<UserSignal> stopOn)
    {
        ulong ignored = IgnoredSignals();
        foreach (int signal in (int[])[Signals.Interrupt, Signals.Terminate, Signals.Hangup, Signals.User1, Signals.User2])
        {
            // nohup ignores SIGHUP on purpose, and a shell ignores SIGINT for its background jobs.
            if ((ignored & (1UL << (signal - 1))) != 0) continue;
            _registrations.Add(PosixSignalRegistration.Create((PosixSignal)signal, context =>
            {
                context.Cancel = true;
                post(stopOn.Contains((UserSignal)signal) ? new StopAsked(signal) : EventOf(signal));
            }));
        }
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations) registration.Dispose();
    }

    private static SupervisorEvent EventOf(int signal) => signal switch
    {
        Signals.User1 => new SignalArrived(signal),
        Signals.User2 => new CheckpointAsked(),
        _ => new StopAsked(signal),
    };

    /// <summary>The mask of ignored signals that this process was started with, from proc(5) status.</summary>
    private static ulong IgnoredSignals()
    {
        string line = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith("SigIgn:", StringComparison.Ordinal)) ?? "SigIgn: 0";
        return ulong.Parse(line.AsSpan(line.IndexOf(':', StringComparison.Ordinal) + 1).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
