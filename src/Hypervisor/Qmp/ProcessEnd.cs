using System;
using System.Globalization;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace HpcVirt.Hypervisor.Qmp;

/// <summary>Waits for the end of a process that is not a child of ours.</summary>
internal static class ProcessEnd
{
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(10);

    public static async Task WaitAsync(int processId, string socket, TimeSpan within, TimeProvider time)
    {
        // A server within this process would be waited for in vain.
        if (processId <= 0 || processId == Environment.ProcessId) return;
        long start = time.GetTimestamp();
        while (IsThere(processId))
        {
            if (time.GetElapsedTime(start) > within)
                throw new QmpException(QmpFault.Late, socket, $"QEMU (pid {processId}) was told to quit {within.TotalSeconds:0.#} s ago and is still there; end it by hand before its names are used again");
            await Task.Delay(LookAgainAfter, time, CancellationToken.None);
        }
    }

    /// <summary>A zombie holds no file and no name: it is gone.</summary>
    private static bool IsThere(int processId)
    {
        try
        {
            string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/stat"));
            int name = stat.LastIndexOf(')');
            return name + 2 < stat.Length && stat[name + 2] is not ('Z' or 'X');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
