using System;
using System.IO;
using System.Text;
using System.Threading;

namespace HpcVirt.Control.Processes;

/// <summary>
/// An output stream shared by the job, whose bytes pass unchanged, and the supervisor, whose own lines begin at the start of a line.
/// A reader that went away (a closed pipe) ends the output, not the job.
/// </summary>
internal sealed class JobStream(Stream stream)
{
    private readonly Lock _gate = new();
    private bool _atLineStart = true;
    private bool _broken;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        lock (_gate)
        {
            WriteRaw(bytes);
            _atLineStart = bytes[^1] == (byte)'\n';
        }
    }

    /// <summary>Writes a line of the supervisor; a line that the job left unfinished is ended first.</summary>
    public void WriteLine(string line)
    {
        lock (_gate)
        {
            if (!_atLineStart) WriteRaw("\n"u8);
            WriteRaw(Encoding.UTF8.GetBytes(line + "\n"));
            _atLineStart = true;
        }
    }

    private void WriteRaw(ReadOnlySpan<byte> bytes)
    {
        if (_broken) return;
        try
        {
            stream.Write(bytes);
            stream.Flush();
        }
        catch (IOException)
        {
            _broken = true;
        }
    }
}
