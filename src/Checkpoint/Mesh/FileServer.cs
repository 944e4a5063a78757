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
        try
        {
            while (true) Answer(connection, buffer);
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

    private void Answer(MeshConnection connection, byte[] buffer)
    {
        FileRequest request = FileRequest.Decode(connection.ReceivePatiently(MeshFrameKind.Request, FileRequest.MaximumBytes));
        int lengthBytes;
        try
        {
            using ICheckpointFile file = directory.OpenFile(request.Path);
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
}
