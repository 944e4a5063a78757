using System;
using System.Globalization;
using System.IO;
using HpcVirt.Control.Native;
using HpcVirt.Control.Protocol;
using Microsoft.Win32.SafeHandles;

namespace HpcVirt.Control.Processes;

/// <summary>
/// One process and not merely its number: a number may be given to a stranger after the process ended. Held by a pidfd where the
/// kernel has them (Linux 5.3), otherwise by number and start time, compared before every signal.
/// </summary>
internal sealed class ProcessIdentity : IDisposable
{
    private const int StartTimeField = 22;

    private readonly SafeFileHandle? _pidfd;
    private readonly long _startTicks;

    private ProcessIdentity(int processId, SafeFileHandle? pidfd, long startTicks)
    {
        ProcessId = processId;
        _pidfd = pidfd;
        _startTicks = startTicks;
    }

    public int ProcessId { get; }

    public bool HasEnded => _pidfd is { } pidfd
        ? LibC.PidfdHasEnded((int)pidfd.DangerousGetHandle())
        : StartTicksOf(ProcessId) != _startTicks;

    /// <summary>Takes hold of a running process; null if there is none of this number.</summary>
    public static ProcessIdentity? TryOpen(int processId, bool usePidfd = true)
    {
        if (processId <= 0) return null;
        int descriptor = usePidfd ? LibC.PidfdOpen(processId) : -1;
        SafeFileHandle? pidfd = descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : null;
        if (StartTicksOf(processId) is { } startTicks) return new ProcessIdentity(processId, pidfd, startTicks);
        pidfd?.Dispose();
        return null;
    }

    /// <summary>Sends a signal. False if the process has ended or may not be signalled; a stranger is never hit.</summary>
    public bool Signal(int signal)
    {
        if (_pidfd is { } pidfd) return LibC.PidfdSendSignal((int)pidfd.DangerousGetHandle(), signal);
        return StartTicksOf(ProcessId) == _startTicks && LibC.Kill(ProcessId, signal);
    }

    /// <summary>How the process ended, once its parent has reaped it; null if it runs or the kernel cannot tell.</summary>
    public ExitStatus? TryGetExitStatus()
    {
        if (_pidfd is null) return null;
        var info = new PidfdInfo { Mask = PidfdInfo.MaskExit };
        if (!LibC.PidfdGetInfo((int)_pidfd.DangerousGetHandle(), ref info) || (info.Mask & PidfdInfo.MaskExit) == 0) return null;
        int signal = info.WaitStatus & 0x7F;
        return signal != 0 ? ExitStatus.OfSignal(signal) : ExitStatus.OfCode((info.WaitStatus >> 8) & 0xFF);
    }

    public void Dispose() => _pidfd?.Dispose();

    /// <summary>Start time in clock ticks since boot, from proc(5) stat; null if there is no such process.</summary>
    private static long? StartTicksOf(int processId)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{processId}/stat");
            // The second field is the name in parentheses and may hold anything: count from the last parenthesis.
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return long.Parse(fields[StartTimeField - 3], CultureInfo.InvariantCulture);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
