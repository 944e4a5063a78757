using System;
using System.IO;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Threading;
using HpcVirt.Mpi.Resilience.Channel;
using NUnit.Framework;

namespace HpcVirt.Mpi.Resilience.Tests.Channel;

[TestFixture]
[CancelAfter(30_000)]
[SupportedOSPlatform("linux")]
public sealed class ControlClientTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    [Test]
    public void Without_a_supervisor_in_the_environment_there_is_no_client()
    {
        Assert.That(ControlAddress.FromEnvironment(_ => null), Is.Null);
    }

    [Test]
    public void A_socket_that_does_not_exist_on_this_host_gives_no_client()
    {
        var address = new ControlAddress("/nonexistent/hpcvirt/socket", "/nonexistent/hpcvirt/secret", 1);
        Assert.That(ControlClient.TryConnect(address, new RankIdentity(0, 1, "test"), TimeProvider.System), Is.Null);
    }

    [TestCase("0")]
    [TestCase("-1")]
    [TestCase("two")]
    public void A_malformed_attempt_is_a_clear_error(string attempt)
    {
        Assert.That(
            () => ControlAddress.FromEnvironment(name => name == ControlEnvironment.Attempt ? attempt : "/x"),
            Throws.TypeOf<ControlChannelException>().With.Message.Contains(ControlEnvironment.Attempt));
    }

    [Test]
    public void The_first_message_is_the_hello()
    {
        using var supervisor = new FakeSupervisor();
        using ControlClient client = supervisor.Connect();
        Assert.That(supervisor.Connection!.Receive(), Is.EqualTo(new Hello(1, 2, Environment.ProcessId, Environment.MachineName, 1, "test")));
    }

    [Test]
    public void Requests_of_the_supervisor_raise_flags_and_serving_lowers_the_one_of_the_checkpoint()
    {
        using var supervisor = new FakeSupervisor();
        using ControlClient client = supervisor.Connect();
        Assert.That(client.CheckpointRequested || client.StopRequested, Is.False);
        supervisor.Connection!.Send(new RequestCheckpoint(3));
        supervisor.Connection.Send(new RequestStop());
        Await(() => client.StopRequested);
        Assert.That(client.CheckpointRequested, Is.True);
        client.AcknowledgeCheckpoint(client.CheckpointRequest);
        Assert.That(client.CheckpointRequested, Is.False);
        Assert.That(client.CheckpointRequest, Is.EqualTo(3));
    }

    [Test]
    public void A_request_that_the_ranks_served_before_it_arrived_here_raises_no_flag()
    {
        using var supervisor = new FakeSupervisor();
        using ControlClient client = supervisor.Connect();
        client.AcknowledgeCheckpoint(1);
        supervisor.Connection!.Send(new RequestCheckpoint(1));
        supervisor.Connection.Send(new RequestStop());
        Await(() => client.StopRequested);
        Assert.That(client.CheckpointRequested, Is.False);
    }

    [Test]
    public void A_supervisor_that_dies_is_lost_and_the_rank_goes_on()
    {
        using var supervisor = new FakeSupervisor();
        using ControlClient client = supervisor.Connect();
        supervisor.Die();
        Await(() => client.SupervisorLost);
        for (long step = 0; step < 10_000; step++)
        {
            client.Beat(step);
            client.CheckpointCommitted(step, step, TimeSpan.Zero, 0);
        }

        Assert.That(client.SupervisorLossReason, Is.Not.Empty);
    }

    [Test]
    public void A_supervisor_that_says_goodbye_is_not_lost()
    {
        using var supervisor = new FakeSupervisor();
        using ControlClient client = supervisor.Connect();
        supervisor.Connection!.Send(new Goodbye());
        supervisor.Connection.Send(new RequestStop());
        Await(() => client.StopRequested);
        supervisor.Die();
        client.Dispose();
        Assert.That(client.SupervisorLost, Is.False);
    }

    [Test]
    public void A_socket_whose_supervisor_is_gone_gives_a_client_that_says_so()
    {
        using var supervisor = new FakeSupervisor();
        supervisor.StopListening();
        // Closing a listener leaves its path behind, as a SIGKILL does.
        if (!File.Exists(supervisor.Address.SocketPath)) File.Create(supervisor.Address.SocketPath).Dispose();
        using ControlClient? client = ControlClient.TryConnect(supervisor.Address, new RankIdentity(0, 1, "test"), TimeProvider.System);
        Assert.That(client!.SupervisorLost, Is.True);
    }

    [Test]
    public void A_supervisor_that_does_not_answer_is_given_up_at_the_deadline()
    {
        using var supervisor = new FakeSupervisor();
        var options = new ControlClientOptions { HandshakeTimeout = TimeSpan.FromMilliseconds(100) };
        using ControlClient? client = ControlClient.TryConnect(supervisor.Address, new RankIdentity(0, 1, "test"), TimeProvider.System, options);
        Assert.That(client!.SupervisorLost, Is.True);
    }

    [Test]
    public void Commits_arrive_in_order_and_all_of_them_while_beats_are_thinned_out()
    {
        using var supervisor = new FakeSupervisor();
        ControlClient client = supervisor.Connect(new ControlClientOptions { FlushTimeout = Deadline });
        const int Commits = 1_000;
        for (int i = 0; i < Commits; i++)
        {
            for (int beat = 0; beat < 10; beat++) client.Beat(i * 10 + beat);
            client.CheckpointCommitted(i, i, TimeSpan.Zero, 0);
        }

        client.Finished(0, endedEarly: false);
        var disposing = new Thread(client.Dispose);
        disposing.Start();
        int commits = 0, beats = 0;
        ControlMessage? last = null;
        while (supervisor.Connection!.Receive() is { } message)
        {
            if (message is CheckpointCommitted committed) Assert.That(committed.Step, Is.EqualTo(commits++));
            if (message is Beat) beats++;
            last = message;
        }

        disposing.Join();
        Assert.That(commits, Is.EqualTo(Commits));
        Assert.That(beats, Is.LessThan(Commits));
        Assert.That(last, Is.TypeOf<Goodbye>());
    }

    [Test]
    public void The_newest_step_arrives_even_if_it_was_noted_within_the_interval_of_an_earlier_one()
    {
        using var supervisor = new FakeSupervisor();
        using ControlClient client = supervisor.Connect(new ControlClientOptions { BeatInterval = TimeSpan.FromMilliseconds(20) });
        supervisor.Connection!.Receive();
        for (long step = 0; step <= 500; step++) client.Beat(step);
        long newest = -1;
        while (newest < 500) newest = ((Beat)supervisor.Connection.Receive()!).Step;
        Assert.That(newest, Is.EqualTo(500));
    }

    [Test]
    public void A_supervisor_that_reads_nothing_neither_blocks_the_rank_nor_its_end()
    {
        using var supervisor = new FakeSupervisor();
        var options = new ControlClientOptions { QueuedMessagesMax = 100, FlushTimeout = TimeSpan.FromMilliseconds(50) };
        ControlClient client = supervisor.Connect(options);
        for (int i = 0; i < 100_000 && !client.SupervisorLost; i++) client.CheckpointRefused(i, new string('x', 1_000));
        Assert.That(client.SupervisorLost, Is.True);
        client.Dispose();
    }

    [Test]
    public void A_supervisor_with_another_secret_is_refused()
    {
        using var supervisor = new FakeSupervisor();
        File.Delete(supervisor.Address.SecretPath);
        ControlSecret.Create(supervisor.Address.SecretPath, new byte[ControlSecret.Bytes]);
        ControlChannelException? ofSupervisor = null;
        var accepted = new Thread(() => ofSupervisor = Assert.Throws<ControlChannelException>(supervisor.Accept));
        accepted.Start();
        ControlChannelException? ofRank = Assert.Throws<ControlChannelException>(
            () => ControlClient.TryConnect(supervisor.Address, new RankIdentity(0, 1, "test"), TimeProvider.System));
        accepted.Join();
        Assert.That(ofRank!.Refusal, Is.EqualTo(ChannelRefusal.WrongSecret));
        Assert.That(ofSupervisor!.Refusal, Is.EqualTo(ChannelRefusal.Truncated), "the rank hangs up before it proves anything to a stranger");
    }

    [Test]
    public void A_rank_without_the_secret_is_refused_by_the_supervisor()
    {
        using var supervisor = new FakeSupervisor();
        ControlChannelException? refused = null;
        var accepted = new Thread(() => refused = Assert.Throws<ControlChannelException>(supervisor.Accept));
        accepted.Start();
        using var rank = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        rank.Connect(new UnixDomainSocketEndPoint(supervisor.Address.SocketPath));
        byte[] frame = new byte[ControlFrame.FrameBytesMax];
        int bytes = ControlFrame.Write(frame, FrameType.Response, 0, new byte[64], ControlKeys.Handshake(new byte[ControlSecret.Bytes]));
        rank.Send(frame.AsSpan(0, bytes));
        accepted.Join();
        Assert.That(refused!.Refusal, Is.EqualTo(ChannelRefusal.WrongSecret));
    }

    [Test]
    public void A_secret_file_that_others_can_read_is_refused()
    {
        using var supervisor = new FakeSupervisor();
        File.SetUnixFileMode(supervisor.Address.SecretPath, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.That(
            () => ControlClient.TryConnect(supervisor.Address, new RankIdentity(0, 1, "test"), TimeProvider.System),
            Throws.TypeOf<ControlChannelException>().With.Message.Contains("600"));
    }

    private static void Await(Func<bool> condition) =>
        Assert.That(SpinWait.SpinUntil(condition, Deadline), Is.True, "the awaited state was not reached before the deadline");
}
