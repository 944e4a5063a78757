using System;
using System.IO;
using System.Threading;

namespace HpcVirt.Control.Processes;

/// <summary>Copies one output stream of the job, byte for byte, to where the job's owner reads it.</summary>
internal sealed class OutputPump
{
    private const int BufferBytes = 16 * 1024;

    private readonly Thread _thread;

    public OutputPump(Stream from, JobStream to, string name)
    {
        _thread = new Thread(() => Copy(from, to)) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>Waits until the stream has ended. False at the deadline: some process outside the job holds it open.</summary>
    public bool Wait(TimeSpan timeout) => _thread.Join(timeout);

    private static void Copy(Stream from, JobStream to)
    {
        byte[] buffer = new byte[BufferBytes];
        try
        {
            int bytes;
            while ((bytes = from.Read(buffer)) > 0) to.Write(buffer.AsSpan(0, bytes));
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // The launcher's end broke with its process; what was written before has been copied.
        }
    }
}
