using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace HpcVirt.Hypervisor.Qmp;

/// <summary>Cuts what QEMU sends into lines, and holds no more than one line of bounded length.</summary>
internal sealed class QmpLineReader(Stream stream, string socket, int lineBytesMax = QmpLineReader.LineBytesMaxDefault)
{
    /// <summary>The longest answers, lists of all properties of a machine, have some tens of kilobytes.</summary>
    public const int LineBytesMaxDefault = 4 << 20;

    private byte[] _buffer = new byte[16 << 10];
    private int _start;
    private int _end;

    /// <summary>The next line without its end; null when QEMU has gone between two lines.</summary>
    /// <exception cref="QmpException">A line is too long, or QEMU has gone in the middle of one.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> NextAsync(CancellationToken cancel)
    {
        int searched = _start;
        while (true)
        {
            int at = Array.IndexOf(_buffer, (byte)'\n', searched, _end - searched);
            if (at >= 0)
            {
                var line = new ReadOnlyMemory<byte>(_buffer, _start, at - _start);
                _start = at + 1;
                if (line.Span.Trim((ReadOnlySpan<byte>)" \r\t"u8).IsEmpty)
                {
                    searched = _start;
                    continue;
                }

                return line;
            }

            MakeRoom();
            searched = _end;
            int read = await stream.ReadAsync(_buffer.AsMemory(_end), cancel);
            if (read > 0)
                _end += read;
            else if (_end > _start)
                throw new QmpException(QmpFault.Ended, socket, $"QEMU went in the middle of a message, after {_end - _start} bytes of it; it has crashed or was killed");
            else
                return null;
        }
    }

    private void MakeRoom()
    {
        if (_start > 0)
        {
            Array.Copy(_buffer, _start, _buffer, 0, _end - _start);
            _end -= _start;
            _start = 0;
        }

        if (_end < _buffer.Length) return;
        if (_buffer.Length >= lineBytesMax)
            throw new QmpException(QmpFault.TooLong, socket, $"a message is longer than {lineBytesMax} bytes, and QEMU sends none of that length; what listens there is not QEMU");
        Array.Resize(ref _buffer, Math.Min(2 * _buffer.Length, lineBytesMax));
    }
}
