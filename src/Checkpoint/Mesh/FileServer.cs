using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;

namespace HpcVirt.Checkpoint.Mesh;

/// <summary>Answers other ranks' requests for bytes of files in this rank's place. Read only, and nothing outside the place.</summary>
internal sealed class FileServer(ICheckpointDirectory directory) : IDisposable
{
    private readonly List<MeshConnection> _connections = [];
    private bool _isClosed;

    /// <summary>Serves one caller until it hangs up.</summary>
    public void Serve(MeshConnection connection)
    {
        lock (_connections)
        {
            if (_isClosed) return;
            _connections.Add(connection);
        }

        byte[] buffer = new byte[PeerFiles.RequestBytesMax];
        using var open = new LastFile(directory);
        try
        {
            while (true) Answer(connection, open, buffer);
        }
        finally
        {
            lock (_connections) _connections.Remove(connection);
        }
    }

    public void Dispose()
    {
        lock (_connections)
        {
            _isClosed = true;
            foreach (MeshConnection connection in _connections) connection.Dispose();
        }
    }

    private static void Answer(MeshConnection connection, LastFile open, byte[] buffer)
    {
        FileRequest request = FileRequest.Decode(connection.ReceivePatiently(MeshFrameKind.Request, FileRequest.MaximumBytes));
        int lengthBytes;
        try
        {
            ICheckpointFile file = open.Take(request.Path);
            lengthBytes = request.LengthBytes == 0 ? sizeof(long) : request.LengthBytes;
            if (request.LengthBytes == 0) BinaryPrimitives.WriteInt64LittleEndian(buffer, file.GetLengthBytes());
            else Formats.FileBytes.ReadExactly(file, buffer.AsSpan(0, lengthBytes), request.OffsetBytes, request.Path, region: null);
        }
        catch (CheckpointException e)
        {
            connection.Send(MeshFrameKind.Refusal, Encoding.UTF8.GetBytes(e.Message));
            return;
        }

        connection.Send(MeshFrameKind.Bytes, buffer.AsSpan(0, lengthBytes));
    }

    /// <summary>
    /// The file that a caller reads from, kept open while it goes on with the same one: opening a slot maps all of it, which takes longer than
    /// sending a piece of it. A version's file has one content as long as its name is there.
    /// </summary>
    private sealed class LastFile(ICheckpointDirectory directory) : IDisposable
    {
        private string? _path;
        private ICheckpointFile? _file;

        public ICheckpointFile Take(string path)
        {
            if (_file is not null && _path == path && directory.Exists(path)) return _file;
            Dispose();
            _file = directory.OpenFile(path);
            _path = path;
            return _file;
        }

        public void Dispose()
        {
            _file?.Dispose();
            _file = null;
        }
    }
}
