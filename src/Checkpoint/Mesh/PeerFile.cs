using System;

namespace HpcVirt.Checkpoint.Mesh;

/// <summary>
/// A file in another rank's place, read over the ranks' own connections. Who reads on from where the last read ended gets it from a window,
/// while the window after it is already on its way.
/// </summary>
internal sealed class PeerFile(PeerFiles files, int peer, string path, long lengthBytes) : ICheckpointFile
{
    private const int WindowBytes = 1 << 20;

    private byte[] _window = [];
    private byte[] _spare = [];
    private long _windowAt;
    private int _windowBytes;
    private PendingRead? _ahead;
    private long _aheadAt;
    private long _readTo = -1;

    public long GetLengthBytes() => lengthBytes;

    public int Read(Span<byte> buffer, long offsetBytes)
    {
        int count = (int)long.Clamp(lengthBytes - offsetBytes, 0, buffer.Length);
        if (count == 0) return 0;

        // A reader that jumps gets what it asks for and nothing else: it may want no more than that from a large file.
        bool isSequential = offsetBytes == _readTo;
        _readTo = offsetBytes + count;
        if (!isSequential)
        {
            files.Read(peer, path, offsetBytes, buffer[..count]);
            return count;
        }

        for (int done = 0; done < count;)
        {
            long at = offsetBytes + done;
            if (at < _windowAt || at >= _windowAt + _windowBytes) MoveWindow(at);
            int part = (int)long.Min(count - done, _windowAt + _windowBytes - at);
            _window.AsSpan((int)(at - _windowAt), part).CopyTo(buffer[done..]);
            done += part;
        }

        return count;
    }

    public void Write(ReadOnlySpan<byte> bytes, long offsetBytes) =>
        throw new CheckpointDirectoryException(DirectoryFault.AccessDenied, "write", path, "it lies in another rank's place");

    public void Sync()
    {
        // Nothing was written through this.
    }

    public void Dispose()
    {
        // The connection is the peer files' own.
    }

    private void MoveWindow(long at)
    {
        int count = (int)long.Min(WindowBytes, lengthBytes - at);
        PendingRead? ahead = _aheadAt == at ? _ahead : null;
        _ahead = null;
        if (ahead is { IsHere: false }) files.Await(peer);
        if (ahead is { IsHere: true })
        {
            (_window, _spare) = (_spare, _window);
            count = ahead.Bytes.Length;
        }
        else
        {
            // What was asked for ahead may still arrive in the spare; a window that is not the one expected needs bytes of its own.
            files.Await(peer);
            if (_window.Length == 0) _window = new byte[WindowBytes];
            files.Read(peer, path, at, _window.AsSpan(0, count));
        }

        (_windowAt, _windowBytes) = (at, count);
        long next = at + count;
        if (next >= lengthBytes) return;
        if (_spare.Length == 0) _spare = new byte[WindowBytes];
        var read = new PendingRead(_spare.AsMemory(0, (int)long.Min(WindowBytes, lengthBytes - next)));
        if (files.TryBegin(peer, path, next, read)) (_ahead, _aheadAt) = (read, next);
    }
}
