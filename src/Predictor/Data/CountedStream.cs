using System;
using System.IO;

namespace HpcVirt.Predictor.Data;

/// <summary>Passes a file through and tells how much of it has gone by: what a progress bar shows is compressed bytes, the only size known beforehand.</summary>
internal sealed class CountedStream(string path, Action<double>? onFraction) : Stream
{
    private const int ReportEveryBytes = 1 << 18;

    private readonly FileStream _inner = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
    private long _seenBytes;
    private long _toldBytes;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => _inner.Length;

    public override long Position { get => _seenBytes; set => throw new NotSupportedException("A counted stream is read once, from its start."); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int readBytes = _inner.Read(buffer);
        _seenBytes += readBytes;
        if (onFraction is not null && (readBytes == 0 || _seenBytes - _toldBytes > ReportEveryBytes))
        {
            _toldBytes = _seenBytes;
            onFraction(_inner.Length == 0 ? 1 : Math.Min(1, _seenBytes / (double)_inner.Length));
        }

        return readBytes;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A counted stream is read once, from its start.");

    public override void SetLength(long value) => throw new NotSupportedException("A counted stream is only read.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("A counted stream is only read.");

    protected override void Dispose(bool disposing)
    {
        if (disposing) _inner.Dispose();
        base.Dispose(disposing);
    }
}
