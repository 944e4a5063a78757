using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Net.Sockets;
using System.Threading;
using HpcVirt.Control.Channel;
using HpcVirt.Control.Processes;
using HpcVirt.Mpi.Resilience.Channel;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Channel;

[TestFixture]
[CancelAfter(60_000)]
public sealed class ControlServerTests : IRankListener
{
    private readonly ConcurrentQueue<string> _heard = new();
    private RuntimeDirectory _directory = null!;
    private ControlServer _server = null!;

    private ControlAddress Address => new(_directory.SocketPath, _directory.SecretPath, Attempt: 2);

    [SetUp]
    public void Listen()
    {
        _heard.Clear();
        _directory = RuntimeDirectory.Create($"test{TestContext.CurrentContext.Test.ID.Replace("-", "", StringComparison.Ordinal)}{Environment.ProcessId}", _ => null, TimeProvider.System);
        _server = new ControlServer(_directory, ranks: 2, this, TimeProvider.System);
        _server.Expect(2);
    }

    [TearDown]
    public void Close()
    {
        _server.Dispose();
        _directory.Dispose();
    }

    [Test]
    public void A_rank_is_heard_from_its_hello_to_its_goodbye()
    {
        using (ControlClient client = Connect(1))
        {
            client.CheckpointCommitted(10, 1, TimeSpan.Zero, 8);
            client.Finished(0, endedEarly: false);
        }

        Assert.That(_server.WaitUntilQuiet(TimeSpan.FromSeconds(20)), Is.True);
        Assert.That(_heard, Is.EqualTo(new[] { $"connected 1 {Environment.ProcessId}", "CheckpointCommitted", "Finished", "Goodbye", "disconnected 1 True" }));
    }

    [Test]
    public void A_rank_that_parts_is_silent_at_once_and_gone_when_its_process_is()
    {
        using ControlClient client = Connect(1);
        client.Part();
        Assert.That(_server.WaitUntilQuiet(TimeSpan.FromSeconds(20)), Is.True);
        Assert.That((_heard.Contains("disconnected 1 True"), _server.IsDeserted), Is.EqualTo((true, false)));
        client.Dispose();
        Await(() => _server.IsDeserted);
    }

    [Test]
    public void Requests_reach_every_rank_and_a_stop_also_those_that_come_later()
    {
        using ControlClient early = Connect(0);
        Await(() => _heard.Contains($"connected 0 {Environment.ProcessId}"));
        _server.Broadcast(new RequestCheckpoint(1));
        _server.AskToStop();
        using ControlClient late = Connect(1);
        Await(() => early.CheckpointRequested && early.StopRequested && late.StopRequested);
        Assert.That(late.CheckpointRequested, Is.False);
    }

    [Test]
    public void A_survivor_of_an_earlier_attempt_is_turned_away()
    {
        using ControlClient? survivor = ControlClient.TryConnect(Address with { Attempt = 1 }, new RankIdentity(0, 2, "test"), TimeProvider.System);
        Await(() => _heard.Contains("refused WrongAttempt"));
        Await(() => survivor!.SupervisorLost);
    }

    [Test]
    public void A_peer_that_sends_garbage_is_turned_away_and_others_are_not_disturbed()
    {
        using var peer = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        peer.Connect(new UnixDomainSocketEndPoint(_directory.SocketPath));
        peer.Send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8);
        Await(() => _heard.Contains("refused WrongMagic"));
        using ControlClient client = Connect(0);
        Await(() => _heard.Contains($"connected 0 {Environment.ProcessId}"));
    }

    [Test]
    public void Peers_beyond_the_bound_are_turned_away()
    {
        var peers = new List<Socket>();
        for (int i = 0; i < 30; i++)
        {
            var peer = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            peer.Connect(new UnixDomainSocketEndPoint(_directory.SocketPath));
            peers.Add(peer);
        }

        Await(() => _heard.Contains("refused TooManyConnections"));
        peers.ForEach(peer => peer.Dispose());
    }

    [Test]
    public void The_server_says_goodbye_so_its_end_is_no_loss()
    {
        using ControlClient client = Connect(0);
        Await(() => _heard.Contains($"connected 0 {Environment.ProcessId}"));
        _server.Dispose();
        client.Dispose();
        Assert.That(client.SupervisorLost, Is.False);
    }

    void IRankListener.OnConnected(RankPeer rank) => _heard.Enqueue($"connected {rank.Rank} {rank.ProcessId}");

    void IRankListener.OnMessage(RankPeer rank, ControlMessage message) => _heard.Enqueue(message.GetType().Name);

    void IRankListener.OnDisconnected(RankPeer rank, ConnectionEnd end, string? error) => _heard.Enqueue($"disconnected {rank.Rank} {end == ConnectionEnd.Goodbye}");

    Answer IRankListener.OnAsked(Ask ask) => new(ask.Verb == "status", [$"heard {ask.Verb} {ask.Argument}"]);

    void IRankListener.OnRefused(int processId, ControlChannelException refusal) => _heard.Enqueue($"refused {refusal.Refusal}");

    private ControlClient Connect(int rank) =>
        ControlClient.TryConnect(Address, new RankIdentity(rank, 2, "test"), TimeProvider.System) ?? throw new InvalidOperationException("no socket");

    private static void Await(Func<bool> condition) =>
        Assert.That(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(20)), Is.True, "the awaited state was not reached before the deadline");
}
