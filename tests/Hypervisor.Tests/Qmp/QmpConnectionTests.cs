using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.Qmp;
using NUnit.Framework;

namespace HpcVirt.Hypervisor.Tests.Qmp;

/// <summary>What comes over a QMP socket, good and bad: each ends in an answer or in an error that says what it was, and in time.</summary>
[TestFixture]
[CancelAfter(30_000)]
public sealed class QmpConnectionTests
{
    private static readonly QmpDeadlines Deadlines = new()
    {
        Greeting = TimeSpan.FromMilliseconds(300),
        Command = TimeSpan.FromMilliseconds(300),
        Quit = TimeSpan.FromMilliseconds(300),
    };

    private string _folder = "";

    private string SocketPath => Path.Combine(_folder, "qmp");

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("hpcvirt-qmp-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task A_command_is_answered_and_the_version_is_known_and_so_is_the_process()
    {
        await using ScriptedQmp server = Serve(static async peer =>
        {
            await peer.WelcomeAsync();
            (string command, long id, JsonElement arguments) = await peer.HearAsync();
            await peer.AnswerAsync(id, $$"""{ "command": "{{command}}", "up": {{arguments.GetProperty("up").GetRawText()}} }""");
            await peer.KeepSilentAsync();
        });
        await using QmpConnection connection = await OpenAsync();
        JsonElement answer = await connection.ExecuteAsync("set_link", new System.Text.Json.Nodes.JsonObject { ["up"] = true });
        Assert.That(answer.GetProperty("command").GetString(), Is.EqualTo("set_link"));
        Assert.That(answer.GetProperty("up").GetBoolean(), Is.True);
        Assert.That(connection.Version, Is.EqualTo(new Version(7, 2, 22)));
        Assert.That(connection.ProcessId, Is.EqualTo(Environment.ProcessId));
    }

    [Test]
    public async Task A_server_that_does_not_greet_is_taken_for_one_that_has_another_owner()
    {
        await using ScriptedQmp server = Serve(static peer => peer.KeepSilentAsync());
        QmpException error = Refused(QmpFault.NoGreeting);
        Assert.That(error.Message, Does.Contain("serves one client at a time").And.Contain(SocketPath));
    }

    [Test]
    public async Task A_second_owner_is_refused_in_time_and_the_first_is_not_disturbed()
    {
        await using ScriptedQmp server = Serve(AnswerAllAsync);
        await using QmpConnection first = await OpenAsync();
        _ = Refused(QmpFault.NoGreeting);
        Assert.That((await first.ExecuteAsync("query-status")).ValueKind, Is.EqualTo(JsonValueKind.Object));
    }

    [Test]
    public void A_socket_that_is_not_there_is_named()
    {
        Assert.That(Refused(QmpFault.NotThere).Message, Does.Contain(SocketPath));
    }

    [Test]
    public void A_socket_that_a_killed_server_has_left_behind_is_no_server()
    {
        using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)) left.Bind(new UnixDomainSocketEndPoint(SocketPath));
        if (!File.Exists(SocketPath)) File.WriteAllText(SocketPath, "");
        _ = Refused(QmpFault.NotThere);
    }

    [TestCase("SSH-2.0-OpenSSH_9.2\r\n")]
    [TestCase("[1, 2]\n")]
    [TestCase("{\"QMP\": {}}\n")]
    [TestCase("{\"QMP\": {\"version\": {\"qemu\": {\"major\": \"seven\"}}}}\n")]
    [TestCase("{\"hello\": 1}\n")]
    [TestCase("{} trailing\n")]
    public async Task A_greeting_that_is_none_is_garbage(string greeting)
    {
        await using ScriptedQmp server = Serve(async peer =>
        {
            await peer.SayRawAsync(greeting);
            await peer.KeepSilentAsync();
        });
        _ = Refused(QmpFault.Garbage);
    }

    [TestCase("{\"return\"", QmpFault.Ended)]
    [TestCase("", QmpFault.Ended)]
    [TestCase("{\"return\": {}}\n", QmpFault.Garbage)]
    [TestCase("{\"return\": {}, \"id\": 4711}\n", QmpFault.Garbage)]
    [TestCase("{\"return\": {}, \"id\": \"two\"}\n", QmpFault.Garbage)]
    [TestCase("\0\0\0\n", QmpFault.Garbage)]
    public async Task An_answer_that_is_none_ends_the_talk(string answer, object fault)
    {
        await using ScriptedQmp server = Serve(async peer =>
        {
            await peer.WelcomeAsync();
            _ = await peer.HearAsync();
            await peer.SayRawAsync(answer);
        });
        await using QmpConnection connection = await OpenAsync();
        Assert.That(async () => await connection.ExecuteAsync("stop"), Throws.InstanceOf<QmpException>().With.Property(nameof(QmpException.Fault)).EqualTo(fault));
        Assert.That(async () => await connection.ExecuteAsync("cont"), Throws.InstanceOf<QmpException>(), "a broken talk stays broken");
        Assert.That((await connection.Ended).Fault, Is.EqualTo(fault));
    }

    [Test]
    public async Task An_end_before_the_greeting_is_an_end()
    {
        await using ScriptedQmp server = Serve(static _ => Task.CompletedTask);
        _ = Refused(QmpFault.Ended);
    }

    [Test]
    public async Task Half_a_greeting_is_waited_for_no_longer_than_a_whole_one()
    {
        await using ScriptedQmp server = Serve(static async peer =>
        {
            await peer.SayRawAsync(ScriptedQmp.Greeting[..30]);
            await peer.KeepSilentAsync();
        });
        _ = Refused(QmpFault.NoGreeting);
    }

    [Test]
    public async Task Messages_may_come_in_pieces_and_several_at_a_time()
    {
        await using ScriptedQmp server = Serve(static async peer =>
        {
            foreach (char letter in ScriptedQmp.Greeting + "\r\n") await peer.SayRawAsync($"{letter}");
            (string _, long id, JsonElement _) = await peer.HearAsync();
            const string when = """ "timestamp": {"seconds": 1, "microseconds": 2}} """;
            await peer.SayRawAsync($$"""
                {"event": "RESUME",{{when}}

                {"return": {}, "id": {{id}} }
                {"event": "STOP",{{when}}

                """);
            await AnswerAllButNegotiationAsync(peer);
        });
        await using QmpConnection connection = await OpenAsync();
        _ = await connection.ExecuteAsync("query-status");
        Assert.That(await connection.Events.ReadAsync(), Has.Property("Name").EqualTo("RESUME"));
        Assert.That(await connection.Events.ReadAsync(), Has.Property("Name").EqualTo("STOP"));
    }

    [Test]
    public async Task Events_that_nobody_knows_disturb_nothing_and_too_many_are_dropped_from_the_oldest()
    {
        await using ScriptedQmp server = Serve(static async peer =>
        {
            await peer.WelcomeAsync();
            (string _, long id, JsonElement _) = await peer.HearAsync();
            for (int number = 0; number < 1000; number++) await peer.SayAsync($$"""{"event": "X_FUTURE_{{number}}", "data": { "what": [1, null] } }""");
            await peer.AnswerAsync(id);
            await peer.KeepSilentAsync();
        });
        await using QmpConnection connection = await OpenAsync();
        _ = await connection.ExecuteAsync("query-status");
        Assert.That((await connection.Events.ReadAsync()).Name, Is.EqualTo("X_FUTURE_744"), "256 are kept");
    }

    [Test]
    public async Task A_refusal_says_why_and_the_talk_goes_on()
    {
        await using ScriptedQmp server = Serve(static async peer =>
        {
            await peer.WelcomeAsync();
            (string _, long id, JsonElement _) = await peer.HearAsync();
            await peer.SayAsync($$"""{"error": {"class": "GenericError", "desc": "There's a migration process in progress"}, "id": {{id}} }""");
            await AnswerAllButNegotiationAsync(peer);
        });
        await using QmpConnection connection = await OpenAsync();
        Assert.That(async () => await connection.ExecuteAsync("migrate"), Throws.InstanceOf<QmpException>().With.Message.Contains("There's a migration process in progress"));
        Assert.That((await connection.ExecuteAsync("query-status")).ValueKind, Is.EqualTo(JsonValueKind.Object));
    }

    [Test]
    public async Task A_command_that_is_not_answered_ends_the_talk_in_time()
    {
        await using ScriptedQmp server = Serve(static async peer =>
        {
            await peer.WelcomeAsync();
            await peer.KeepSilentAsync();
        });
        await using QmpConnection connection = await OpenAsync();
        Assert.That(async () => await connection.ExecuteAsync("stop"), Throws.InstanceOf<QmpException>().With.Property(nameof(QmpException.Fault)).EqualTo(QmpFault.Late).And.Message.Contains("'stop'"));
        Assert.That(async () => await connection.ExecuteAsync("cont"), Throws.InstanceOf<QmpException>().With.Property(nameof(QmpException.Fault)).EqualTo(QmpFault.Late));
    }

    [Test]
    public async Task A_caller_who_gives_up_is_told_so_and_the_late_answer_is_nobodys()
    {
        await using ScriptedQmp server = Serve(static async peer =>
        {
            await peer.WelcomeAsync();
            await peer.KeepSilentAsync();
        });
        await using QmpConnection connection = await OpenAsync();
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        Assert.That(async () => await connection.ExecuteAsync("stop", cancel: stop.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(async () => await connection.ExecuteAsync("cont"), Throws.InstanceOf<QmpException>());
    }

    [Test]
    public async Task A_line_without_an_end_is_not_collected_for_ever()
    {
        await using ScriptedQmp server = Serve(static async peer =>
        {
            await peer.SayRawAsync("{\"QMP\": \"");
            while (true) await peer.SayRawAsync(new string('x', 1000));
        });
        QmpException? error = Assert.ThrowsAsync<QmpException>(() => QmpConnection.OpenAsync(SocketPath, Deadlines with { Greeting = TimeSpan.FromSeconds(10) }, TimeProvider.System, lineBytesMax: 64 << 10));
        Assert.That(error!.Fault, Is.EqualTo(QmpFault.TooLong));
    }

    [Test]
    public async Task Quitting_is_over_when_the_server_is_gone_whether_it_answered_or_not()
    {
        await using ScriptedQmp server = Serve(static async peer =>
        {
            await peer.WelcomeAsync();
            _ = await peer.HearAsync();
        });
        await using QmpConnection connection = await OpenAsync();
        await connection.QuitAsync();
    }

    [Test]
    public async Task The_end_of_a_process_is_waited_for_and_no_longer_than_allowed()
    {
        using Process brief = Process.Start("sleep", "0.3")!, endless = Process.Start("sleep", "60")!;
        try
        {
            await ProcessEnd.WaitAsync(brief.Id, SocketPath, TimeSpan.FromSeconds(10), TimeProvider.System);
            Assert.That(brief.WaitForExit(TimeSpan.FromSeconds(5)), Is.True);
            Assert.That(
                async () => await ProcessEnd.WaitAsync(endless.Id, SocketPath, TimeSpan.FromMilliseconds(100), TimeProvider.System),
                Throws.InstanceOf<QmpException>().With.Message.Contains($"pid {endless.Id}"));
        }
        finally
        {
            endless.Kill();
        }
    }

    [Test]
    public async Task Whatever_comes_the_end_is_an_answer_or_a_clear_error_in_time([Range(1, 60)] int seed)
    {
        byte[] talk = Encoding.UTF8.GetBytes(string.Join("\r\n", ScriptedQmp.Greeting, """{"return": {}, "id": 1}""", """{"event": "STOP"}""", """{"return": {"status": "running"}, "id": 2}""") + "\r\n");
        var random = new Random(seed);
        for (int changes = random.Next(1, 6); changes > 0; changes--)
        {
            int at = random.Next(talk.Length);
            switch (random.Next(3))
            {
                case 0: talk[at] = (byte)random.Next(256); break;
                case 1: talk = [.. talk[..at], .. talk[random.Next(talk.Length)..]]; break;
                default: talk = [.. talk[..at], .. Enumerable.Range(0, random.Next(20)).Select(_ => (byte)random.Next(256)), .. talk[at..]]; break;
            }

            if (talk.Length == 0) break;
        }

        await using ScriptedQmp server = Serve(async peer => await peer.SayBytesAsync(talk));
        try
        {
            await using QmpConnection connection = await OpenAsync();
            _ = await connection.ExecuteAsync("query-status");
        }
        catch (QmpException e)
        {
            Assert.That(e.Message, Does.Contain(SocketPath));
        }
    }

    private static Task AnswerAllAsync(ScriptedQmp.Peer peer) => WelcomeAndAnswerAsync(peer);

    private static async Task WelcomeAndAnswerAsync(ScriptedQmp.Peer peer)
    {
        await peer.WelcomeAsync();
        await AnswerAllButNegotiationAsync(peer);
    }

    private static async Task AnswerAllButNegotiationAsync(ScriptedQmp.Peer peer)
    {
        while (true)
        {
            (string _, long id, JsonElement _) = await peer.HearAsync();
            await peer.AnswerAsync(id);
        }
    }

    private ScriptedQmp Serve(Func<ScriptedQmp.Peer, Task> script) => new(SocketPath, script);

    private Task<QmpConnection> OpenAsync() => QmpConnection.OpenAsync(SocketPath, Deadlines, TimeProvider.System);

    private QmpException Refused(QmpFault fault)
    {
        QmpException error = Assert.ThrowsAsync<QmpException>(OpenAsync)!;
        Assert.That(error.Fault, Is.EqualTo(fault), error.Message);
        return error;
    }
}
