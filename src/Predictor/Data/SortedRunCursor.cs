using System;
using System.IO;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace HpcVirt.Predictor.Data;

/// <summary>Reads a sorted run from its start; many cursors may read one run.</summary>
internal sealed class SortedRunCursor(SafeFileHandle file, int sensors) : IDisposable
{
    private const int BufferBytes = 1 << 18;

    private readonly int _rowBytes = 16 + (8 * sensors);
    private readonly byte[] _buffer = new byte[Math.Max(1, BufferBytes / (16 + (8 * sensors))) * (16 + (8 * sensors))];
    private long _offsetBytes;
    private int _filledBytes;
    private int _at;
    private ReadingRow _row = new() { Values = new double[sensors] };

    public ref readonly ReadingRow Row => ref _row;

    public bool Next()
    {
        if (_at == _filledBytes && !Refill()) return false;
        ReadOnlySpan<byte> bytes = _buffer.AsSpan(_at, _rowBytes);
        _row.TimeS = MemoryMarshal.Read<long>(bytes);
        _row.Node = MemoryMarshal.Read<int>(bytes[8..]);
        MemoryMarshal.Cast<byte, double>(bytes[16..]).CopyTo(_row.Values);
        _at += _rowBytes;
        return true;
    }

    public void Dispose()
    {
        // The run owns the file; a cursor owns only its buffer.
    }

    private bool Refill()
    {
        _filledBytes = 0;
        _at = 0;
        while (_filledBytes < _buffer.Length)
        {
            int readBytes = RandomAccess.Read(file, _buffer.AsSpan(_filledBytes), _offsetBytes);
            if (readBytes == 0) break;
            _filledBytes += readBytes;
            _offsetBytes += readBytes;
        }

        if (_filledBytes % _rowBytes != 0) throw new PredictorException("A temporary file of sorted readings ends within a row: the disk may be full. Free room in the directory for temporary files and start again.");
        return _filledBytes > 0;
    }
}
