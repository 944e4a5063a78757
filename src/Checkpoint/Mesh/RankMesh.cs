using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Threading;
using HpcVirt.Checkpoint.Protocol;

namespace HpcVirt.Checkpoint.Mesh;

/// <summary>
/// The ranks' own connections, for what happens behind the program's back: background threads must not call MPI, and safe points may be far
/// apart. docs/decisions/0008 has the measurements.
/// </summary>
internal sealed class RankMesh : IDisposable
{
    private readonly Socket _listener;
    private readonly FileServer _server;
    private readonly TimeSpan _deadline;
    private readonly MeshConnection?[] _members;
    private readonly object _gate = new();
    private int _arrivedCount;
    private readonly int _rank;
    private MeshEndpoint[] _endpoints = [];
    private volatile bool _isClosed;

    private RankMesh(Socket listener, ICheckpointGroup group, ICheckpointDirectory served, TimeSpan deadline)
    {
        _listener = listener;
        _deadline = deadline;
        _rank = group.Rank;
        _members = new MeshConnection?[group.Size];
        _server = new FileServer(served);
    }

    public IReadOnlyList<MeshEndpoint> Endpoints => _endpoints;

    public int Rank => _rank;

    public int Size => _members.Length;

    private byte[] Key => _endpoints[0].Key;

    /// <summary>Collective over the job's group. Every rank listens, and all are connected with rank 0 on return.</summary>
    public static RankMesh Open(ICheckpointGroup group, ICheckpointDirectory served, TimeSpan deadline)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var mesh = new RankMesh(listener, group, served, deadline);
        try
        {
            mesh.Connect(group, served.Location);
            return mesh;
        }
        catch
        {
            mesh.Dispose();
            throw;
        }
    }

    /// <summary>The connection for rounds between this rank and another; one of the two is rank 0.</summary>
    public MeshConnection Member(int rank) => _members[rank] ?? throw new MeshException($"There is no connection between rank {_rank} and rank {rank}.");

    /// <summary>A new connection on which files of a peer's place can be read.</summary>
    public MeshConnection Call(int peer, MeshPurpose purpose)
    {
        MeshEndpoint endpoint = _endpoints[peer];
        List<string> addresses = [.. endpoint.Addresses];
        if (endpoint.HostId == _endpoints[_rank].HostId) addresses.Insert(0, IPAddress.Loopback.ToString());
        Exception? last = null;
        foreach (string address in addresses)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                using var timeout = new CancellationTokenSource(_deadline);
                socket.ConnectAsync(IPAddress.Parse(address), endpoint.Port, timeout.Token).AsTask().GetAwaiter().GetResult();
                var connection = new MeshConnection(socket, $"rank {peer} on {endpoint.HostName}", _deadline);
                connection.Introduce(purpose, _rank, peer, Key);
                return connection;
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException or MeshException)
            {
                last = e;
                socket.Dispose();
            }
        }

        throw new MeshException(
            $"Rank {_rank} cannot reach rank {peer} on {endpoint.HostName}, port {endpoint.Port}, at {string.Join(", ", addresses)}: {last?.Message}. "
            + "The ranks of a job must be able to open TCP connections to one another for checkpoints in memory.", last);
    }

    public void Dispose()
    {
        if (_isClosed) return;
        _isClosed = true;
        _listener.Dispose();
        foreach (MeshConnection? member in _members) member?.Dispose();
        _server.Dispose();
    }

    private void Connect(ICheckpointGroup group, string location)
    {
        string? problem = null;
        int port = 0;
        try
        {
            _listener.Bind(new IPEndPoint(IPAddress.Any, 0));
            _listener.Listen(128);
            port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        }
        catch (SocketException e)
        {
            problem = $"cannot listen for the other ranks: {e.Message}";
        }

        byte[] key = group.Rank == 0 ? RandomNumberGenerator.GetBytes(MeshHandshake.KeyBytes) : [];
        _endpoints = Exchange.All(group, new MeshEndpoint(
            problem, HostIdentity.Id, Environment.MachineName, port, HostIdentity.Addresses(), location, key));
        List<string?> problems = [.. _endpoints.Select(static e => e.Problem)];
        Together.Throw(problems);

        new Thread(AcceptAll) { IsBackground = true, Name = "mesh-accept" }.Start();
        problem = Attempted.Run(() =>
        {
            if (_rank != 0) _members[0] = Call(0, MeshPurpose.Rounds);
            else AwaitMembers();
        });
        Together.Throw(Exchange.All(group, new PlainReport(problem)).Select(static r => r.Problem));
    }

    private void AwaitMembers()
    {
        long startedAt = Stopwatch.GetTimestamp();
        lock (_gate)
        {
            while (_arrivedCount < Size - 1)
            {
                TimeSpan left = _deadline - Stopwatch.GetElapsedTime(startedAt);
                if (left <= TimeSpan.Zero || !Monitor.Wait(_gate, left))
                    throw new MeshException($"{Size - 1 - _arrivedCount} ranks did not connect within {_deadline.TotalSeconds} s.");
            }
        }
    }

    private void NoteArrival()
    {
        lock (_gate)
        {
            _arrivedCount++;
            Monitor.PulseAll(_gate);
        }
    }

    private void AcceptAll()
    {
        while (!_isClosed)
        {
            Socket socket;
            try
            {
                socket = _listener.Accept();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                if (_isClosed) return;
                continue;
            }

            // Each caller proves itself on a thread of its own, so that one who says nothing keeps nobody waiting.
            new Thread(() => Admit(socket)) { IsBackground = true, Name = "mesh-caller" }.Start();
        }
    }

    private void Admit(Socket socket)
    {
        var connection = new MeshConnection(socket, "a caller", _deadline);
        try
        {
            switch (connection.Identify(_rank, Size, Key))
            {
                case (MeshPurpose.Rounds, int caller) when Interlocked.CompareExchange(ref _members[caller], connection, null) is null:
                    NoteArrival();
                    return;
                case (MeshPurpose.Files, _):
                    _server.Serve(connection);
                    break;
            }
        }
        catch (CheckpointException)
        {
            // Whoever it was is gone or is not of this job; a rank that is missed will be named by those who wait for it.
        }

        connection.Dispose();
    }
}
