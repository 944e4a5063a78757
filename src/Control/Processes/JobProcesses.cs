using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using HpcVirt.Control.Native;
using HpcVirt.Mpi.Resilience.Channel;

namespace HpcVirt.Control.Processes;

/// <summary>
/// The processes of one job on this host, known by the job's random id, which every one of them inherited in its environment. Process
/// groups would not do: Open MPI gives every rank a group of its own, MPICH a session of its own, and a rank may be orphaned.
/// </summary>
/// <param name="jobId">The job's id.</param>
/// <param name="leavesOtherHosts">
/// Whether processes with another host's name (in another UTS namespace: a container, a host of the tests' cluster) are left alone although they are in
/// sight. So it is in jobs over several hosts, where those hold their places on leases.
/// </param>
internal sealed class JobProcesses(string jobId, bool leavesOtherHosts = false)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);

    private readonly string? _host = leavesOtherHosts ? HostOf("self") : null;
    private readonly byte[] _token = Encoding.UTF8.GetBytes($"\0{ControlEnvironment.JobId}={jobId}\0");

    /// <summary>Signals every process of the job that also has one of <paramref name="variables"/> in its environment; all of them if none is named.</summary>
    /// <returns>How many were signalled.</returns>
    public int Signal(int signal, params IReadOnlyList<string> variables)
    {
        byte[][] names = [.. variables.Select(name => Encoding.UTF8.GetBytes($"\0{name}="))];
        int signalled = 0;
        foreach (int processId in Directory.EnumerateDirectories("/proc").Select(ProcessIdOf).OfType<int>())
        {
            // Hold first, look then: whoever the environment belongs to, the signal goes to the one that is held.
            using ProcessIdentity? process = ProcessIdentity.TryOpen(processId);
            if (process is not null && IsOfJob(processId, names) && process.Signal(signal)) signalled++;
        }

        return signalled;
    }

    /// <summary>Kills every process of the job, also those that are born meanwhile, and waits until none is left.</summary>
    /// <returns>False if some are left at the deadline: the kernel holds them in uninterruptible I/O.</returns>
    public bool Fence(TimeSpan timeout, TimeProvider time)
    {
        long begin = time.GetTimestamp();
        using var pause = new ManualResetEventSlim();
        while (Signal(Signals.Kill) > 0)
        {
            if (time.GetElapsedTime(begin) > timeout) return false;
            pause.Wait(PollInterval);
        }

        return true;
    }

    private bool IsOfJob(int processId, byte[][] names)
    {
        if (processId == Environment.ProcessId) return false;
        try
        {
            // A zombie's environment is empty, so the dead are not counted.
            // Every variable then stands between two zeros, the first one too.
            byte[] environment = [0, .. File.ReadAllBytes($"/proc/{processId}/environ")];
            return environment.AsSpan().IndexOf(_token) >= 0
                && (_host is null || HostOf(processId.ToString(CultureInfo.InvariantCulture)) == _host)
                && (names.Length == 0 || names.Any(name => environment.AsSpan().IndexOf(name) >= 0));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Ended in between, or of another user: not ours in both cases.
            return false;
        }
    }

    /// <summary>The namespace of the host's name; null where the kernel does not tell.</summary>
    private static string? HostOf(string process) => new FileInfo($"/proc/{process}/ns/uts").LinkTarget;

    private static int? ProcessIdOf(string directory) =>
        int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? id : null;
}
