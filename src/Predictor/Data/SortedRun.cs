using System;
using System.IO;
using System.Runtime.InteropServices;

namespace HpcVirt.Predictor.Data;

/// <summary>
/// A chunk of readings, sorted, in a temporary file that has no name any more: when the process ends, however it ends, the file is gone. It is
/// never read by another process, so it has neither magic nor version: row after row, time (8 bytes), node (4), zero (4), values (8 each).
/// </summary>
internal sealed class SortedRun : IDisposable
{
    private readonly FileStream _file;
    private readonly int _sensors;

    public SortedRun(string? scratch, int sensors)
    {
        _sensors = sensors;
        string path = Path.Combine(scratch ?? Path.GetTempPath(), "hpcvirt-" + Path.GetRandomFileName());
        _file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite, 1 << 16, FileOptions.DeleteOnClose);
        File.Delete(path);
    }

    private int RowBytes => 16 + (8 * _sensors);

    public void Write(int[] order, long[] times, int[] nodes, double[] values)
    {
        byte[] bytes = new byte[RowBytes];
        foreach (int i in order)
        {
            MemoryMarshal.Write(bytes, in times[i]);
            MemoryMarshal.Write(bytes.AsSpan(8), in nodes[i]);
            MemoryMarshal.AsBytes(values.AsSpan(i * _sensors, _sensors)).CopyTo(bytes.AsSpan(16));
            _file.Write(bytes);
        }

        _file.Flush();
    }

    public SortedRunCursor Read() => new(_file.SafeFileHandle, _sensors);

    public void Dispose() => _file.Dispose();
}
