using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Threading;
using HpcVirt.Control.Channel;
using HpcVirt.Control.Operators;
using HpcVirt.Control.Processes;
using HpcVirt.Mpi.Resilience.Channel;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Channel;

/// <summary>Ranks on other hosts, played by clients of this process that call themselves so.</summary>
[TestFixture]
[CancelAfter(60_000)]
public sealed class RemoteEntranceTests : IRankListener
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ConcurrentQueue<string> _heard = new();
    private RuntimeDirectory _directory = null!;
    private RemoteEntrance _entrance = null!;
    private ControlServer _server = null!;

    [SetUp]
    public void Listen()
    {
        _heard.Clear();
        _directory = RuntimeDirectory.Create($"remote{TestContext.CurrentContext.Test.ID.Replace("-", "", StringComparison.Ordinal)}{System.Environment.ProcessId}", _ => null, TimeProvider.System);
        _entrance = RemoteEntrance.Open(4, TimeProvider.System);
        _server = new ControlServer(_directory, ranks: 2, this, TimeProvider.System, _entrance, TimeSpan.FromSeconds(3));
        _server.Expect(2);
    }

    [TearDown]
    public void Close()
    {
        _server.Dispose();
        _entrance.Dispose();
        _directory.Dispose();
    }

    [Test]
    public void A_rank_of_another_host_is_heard_over_tls_and_hears()
    {
        using ControlClient client = Connect(1, Remote());
        client.CheckpointCommitted(10, 1, TimeSpan.Zero, 8);
        Await(() => _heard.Contains("connected 1 elsewhere") && _heard.Contains("CheckpointCommitted"));
        Assert.That(_server.HostsOfConnections(), Is.EqualTo(new[] { "elsewhere" }));
        _server.Broadcast(new RequestCheckpoint(1));
        Await(() => client.CheckpointRequested);
    }

    [Test]
    public void A_rank_with_nothing_to_say_says_that_it_is_there()
    {
        using ControlClient client = Connect(1, Remote());
        Await(() => _heard.Contains("Alive"));
    }

    [Test]
    public void A_supervisor_with_another_certificate_is_not_obeyed()
    {
        RemoteControl remote = Remote() with { CertificateHash = new byte[SHA256.HashSizeInBytes] };
        var refusal = Assert.Throws<ControlChannelException>(() => Connect(1, remote))!;
        Assert.That(refusal.Refusal, Is.EqualTo(ChannelRefusal.WrongCertificate));
    }

    [Test]
    public void A_peer_that_does_not_know_the_secret_is_turned_away()
    {
        RemoteControl remote = Remote() with { Secret = new byte[ControlSecret.Bytes] };
        Assert.Throws<ControlChannelException>(() => Connect(1, remote));
        Assert.That(_heard, Has.None.StartsWith("connected"));
    }

    [Test]
    public void A_rank_that_cannot_reach_the_supervisor_does_not_begin()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        RemoteControl remote = Remote() with { Endpoints = [(IPEndPoint)taken.LocalEndPoint!] };
        var refusal = Assert.Throws<ControlChannelException>(() => Connect(1, remote))!;
        Assert.That(refusal.Refusal, Is.EqualTo(ChannelRefusal.TimedOut));
        Assert.That(refusal.Message, Does.Contain("head"));
    }

    [Test]
    public void Garbage_at_the_entrance_disturbs_nobody()
    {
        using var peer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        peer.Connect(Endpoint());
        peer.Send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8);
        Await(() => _heard.Any(static line => line.StartsWith("refused", StringComparison.Ordinal)));
        using ControlClient client = Connect(0, Remote());
        Await(() => _heard.Contains("connected 0 elsewhere"));
    }

    [Test]
    public void Operators_ask_through_the_unix_socket()
    {
        (bool isDone, var lines) = OperatorCall.Ask(_directory.Path, "drain", "b", Patience);
        Assert.That(isDone, Is.True);
        Assert.That(lines, Is.EqualTo(new[] { "drain b" }));
    }

    [Test]
    public void The_secret_is_not_shown_with_the_command() => Assert.That(
        new HpcVirt.Control.Launchers.LaunchCommand("mpirun", ["-x", ControlEnvironment.Secret], new System.Collections.Generic.Dictionary<string, string?> { [ControlEnvironment.Secret] = "C0FFEE" }).ToShell(),
        Does.Not.Contain("C0FFEE"));

    void IRankListener.OnConnected(RankPeer rank) => _heard.Enqueue($"connected {rank.Rank} {rank.Host}");

    void IRankListener.OnMessage(RankPeer rank, ControlMessage message) => _heard.Enqueue(message.GetType().Name);

    void IRankListener.OnDisconnected(RankPeer rank, ConnectionEnd end, string? error) => _heard.Enqueue($"disconnected {rank.Rank} {end}");

    Answer IRankListener.OnAsked(Ask ask) => new(true, [$"{ask.Verb} {ask.Argument}"]);

    void IRankListener.OnRefused(int processId, ControlChannelException refusal) => _heard.Enqueue($"refused {refusal.Refusal}");

    private static void Await(Func<bool> condition) => Assert.That(SpinWait.SpinUntil(condition, Patience), Is.True, "it did not happen in time");

    private IPEndPoint Endpoint() => new(IPAddress.Loopback, ((IPEndPoint)_entrance.Socket.LocalEndPoint!).Port);

    private RemoteControl Remote() => new("head", [Endpoint()], Convert.FromHexString(_entrance.Certificate.Hash), _directory.Secret, TimeSpan.FromMinutes(1));

    private ControlClient Connect(int rank, RemoteControl remote) => ControlClient.TryConnect(
        new ControlAddress(_directory.SocketPath, _directory.SecretPath, Attempt: 2) { Remote = remote },
        new RankIdentity(rank, 2, "test") { Host = "elsewhere" }, TimeProvider.System)!;
}
