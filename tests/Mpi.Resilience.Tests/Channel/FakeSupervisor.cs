using System;
using System.IO;
using System.Net.Sockets;
using System.Threading;
using HpcVirt.Mpi.Resilience.Channel;

namespace HpcVirt.Mpi.Resilience.Tests.Channel;

/// <summary>A supervisor's end in the test's own hands: it accepts one rank and does only what the test says.</summary>
internal sealed class FakeSupervisor : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("hpcvirt-test-");
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly byte[] _secret = new byte[ControlSecret.Bytes];
    private Socket? _rank;

    public FakeSupervisor()
    {
        new Random(5).NextBytes(_secret);
        Address = new ControlAddress(Path.Combine(_directory.FullName, "s"), Path.Combine(_directory.FullName, "secret"), Attempt: 1);
        ControlSecret.Create(Address.SecretPath, _secret);
        _listener.Bind(new UnixDomainSocketEndPoint(Address.SocketPath));
        _listener.Listen();
    }

    public ControlAddress Address { get; }

    public ControlConnection? Connection { get; private set; }

    public ControlClient Connect(ControlClientOptions? options = null, TimeProvider? time = null)
    {
        var accepted = new Thread(() => Accept()) { IsBackground = true };
        accepted.Start();
        ControlClient? client = ControlClient.TryConnect(Address, new RankIdentity(1, 2, "test"), time ?? TimeProvider.System, options);
        accepted.Join(TimeSpan.FromSeconds(10));
        return client ?? throw new InvalidOperationException("the client did not connect");
    }

    public void Accept()
    {
        _rank = _listener.Accept();
        Connection = ControlHandshake.AcceptRank(new NetworkStream(_rank), _secret, ControlHandshake.NewNonce());
    }

    public Socket AcceptRaw() => _rank = _listener.Accept();

    public void StopListening() => _listener.Dispose();

    /// <summary>Ends the connection as a killed supervisor does.</summary>
    public void Die()
    {
        _listener.Dispose();
        _rank?.Dispose();
    }

    public void Dispose()
    {
        Die();
        _directory.Delete(recursive: true);
    }
}
