using System;
using System.Buffers.Binary;
using System.Collections.Generic;

namespace HpcVirt.Checkpoint.Mesh;

/// <summary>
/// Bytes of files in other ranks' places: out of the peer's memory where it lies on the same host, over a connection otherwise. Used by one
/// thread at a time.
/// </summary>
internal sealed class PeerFiles(RankMesh mesh, bool mayMap) : IDisposable
{
    /// <summary>The most that one request may ask for.</summary>
    public const int RequestBytesMax = 4 << 20;

    private const int MappingsMax = 64;

    private readonly Dictionary<int, MeshConnection> _connections = [];
    private readonly Dictionary<int, PendingRead> _pending = [];
    private readonly Dictionary<(int Peer, ulong FileNumber), MappedMemory> _mappings = [];

    /// <summary>How many bytes came over connections, for reports.</summary>
    public long TransferredBytes { get; private set; }

    public void Read(int peer, string path, long offsetBytes, Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int count = int.Min(bytes.Length, RequestBytesMax);
            Ask(peer, new FileRequest(path, offsetBytes, count), bytes[..count]);
            TransferredBytes += count;
            bytes = bytes[count..];
            offsetBytes += count;
        }
    }

    /// <summary>
    /// Asks for bytes without waiting for them; false if something asked for in this way is still on its way from that peer. The answer is taken
    /// by <see cref="Await"/>, or when the peer is asked for anything else.
    /// </summary>
    public bool TryBegin(int peer, string path, long offsetBytes, PendingRead read)
    {
        if (_pending.ContainsKey(peer)) return false;
        Connect(peer).Send(MeshFrameKind.Request, new FileRequest(path, offsetBytes, read.Bytes.Length).Encode());
        _pending[peer] = read;
        TransferredBytes += read.Bytes.Length;
        return true;
    }

    /// <summary>Waits for what was begun, if it is still on its way.</summary>
    public void Await(int peer)
    {
        if (!_pending.Remove(peer, out PendingRead? read)) return;
        try
        {
            Connect(peer).ReceiveInto(read.Bytes.Span);
            read.IsHere = true;
        }
        catch (PeerRefusalException)
        {
            // Whoever wants the bytes after all asks again and hears the reason.
        }
    }

    public long LengthOf(int peer, string path)
    {
        Span<byte> length = stackalloc byte[sizeof(long)];
        Ask(peer, new FileRequest(path, 0, 0), length);
        return BinaryPrimitives.ReadInt64LittleEndian(length);
    }

    /// <summary>A peer's file of a known length, by the best way there is; it stays this object's and need not be disposed.</summary>
    public ICheckpointFile Open(int peer, string path, long lengthBytes) =>
        TryMap(peer, path) is { } memory ? new MappedFile(path, memory) : new PeerFile(this, peer, path, lengthBytes);

    /// <summary>A peer's file as memory, if both are under one kernel and this one may see it. The mapping stays this object's.</summary>
    private MappedMemory? TryMap(int peer, string path)
    {
        MeshEndpoint theirs = mesh.Endpoints[peer];
        if (!mayMap || theirs.HostId != mesh.Endpoints[mesh.Rank].HostId) return null;
        try
        {
            ISlotDirectory place = new MemoryDirectory(theirs.PlaceLocation);
            ulong number = MemoryDirectory.FileNumber($"{theirs.PlaceLocation}/{path}");
            if (_mappings.TryGetValue((peer, number), out MappedMemory? known)) return known;
            if (_mappings.Count >= MappingsMax) ForgetMappings();
            return _mappings[(peer, number)] = place.Map(path, isWritable: false);
        }
        catch (CheckpointDirectoryException)
        {
            // Another container under the same kernel: the connection serves.
            return null;
        }
    }

    public void Dispose()
    {
        ForgetMappings();
        foreach (MeshConnection connection in _connections.Values) connection.Dispose();
        _connections.Clear();
        _pending.Clear();
    }

    private void ForgetMappings()
    {
        foreach (MappedMemory memory in _mappings.Values) memory.Dispose();
        _mappings.Clear();
    }

    private void Ask(int peer, FileRequest request, Span<byte> answer)
    {
        // Answers come in the order of the requests.
        Await(peer);
        MeshConnection connection = Connect(peer);
        connection.Send(MeshFrameKind.Request, request.Encode());
        connection.ReceiveInto(answer);
    }

    private MeshConnection Connect(int peer)
    {
        if (!_connections.TryGetValue(peer, out MeshConnection? connection))
            _connections[peer] = connection = mesh.Call(peer, MeshPurpose.Files);
        return connection;
    }
}
