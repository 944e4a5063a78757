using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.Tests.Qmp;

namespace HpcVirt.Hypervisor.Tests.Qemu;

/// <summary>A QEMU that answers as one does, except where a test says otherwise. <c>quit</c> ends the connection; the next one meets it as new.</summary>
internal sealed class FakeQemu : IAsyncDisposable
{
    /// <summary>Said instead of an answer: the process dies at this command.</summary>
    public const string Dies = "(dies)";

    public const string Completed = """{"status": "completed", "total-time": 100, "downtime": 5, "ram": {"total": 1000, "transferred": 900, "remaining": 0, "dirty-sync-count": 2} }""";

    private const string Capabilities = """
        [{"capability": "xbzrle", "state": true}, {"capability": "events", "state": false}, {"capability": "return-path", "state": false}, {"capability": "postcopy-ram", "state": false},
         {"capability": "pause-before-switchover", "state": true}, {"capability": "background-snapshot", "state": false}]
        """;

    private readonly ScriptedQmp _server;
    private readonly Queue<string> _migration = [];
    private string _lastMigration = """{"status": "none"}""";

    public FakeQemu(string path, string status)
    {
        Status = status;
        _server = new ScriptedQmp(path, ServeAsync);
    }

    public string Status { get; set; }

    /// <summary>Commands that were heard, with their arguments.</summary>
    public ConcurrentQueue<(string Command, string Arguments)> Heard { get; } = new();

    /// <summary>What to answer instead: a value, an error object, or <see cref="Dies"/>; null for the usual.</summary>
    public Func<string, string?> Instead { get; set; } = static _ => null;

    /// <summary>Disks that its guest writes to; null: none.</summary>
    public FakeDisks? Disks { get; set; }

    /// <summary>Devices that have a name, and may be unplugged.</summary>
    public HashSet<string> Devices { get; } = [];

    /// <summary>The guest lets go of a device when it is asked to.</summary>
    public bool LetsGo { get; set; } = true;

    /// <summary>What <c>query-migrate</c> says once <c>migrate</c> was heard, one after the other; the last again and again.</summary>
    public void Migrates(params string[] answers)
    {
        lock (_migration)
        {
            _migration.Clear();
            foreach (string answer in answers) _migration.Enqueue(answer);
        }
    }

    public static string Active(long restBytes, int passes = 1) =>
        $$"""{"status": "active", "ram": {"total": 1000000000, "transferred": 10, "remaining": {{restBytes}}, "dirty-sync-count": {{passes}} } }""";

    /// <summary>It has said that its migration is complete.</summary>
    public bool HasSent
    {
        get
        {
            lock (_migration) return _lastMigration.Contains("completed", StringComparison.Ordinal);
        }
    }

    public IEnumerable<string> Commands() => Heard.Select(static heard => heard.Command);

    public string ArgumentsOf(string command) => Heard.Last(heard => heard.Command == command).Arguments;

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task ServeAsync(ScriptedQmp.Peer peer)
    {
        await peer.WelcomeAsync();
        while (true)
        {
            (string command, long id, JsonElement arguments) = await peer.HearAsync();
            Heard.Enqueue((command, arguments.ValueKind is JsonValueKind.Undefined ? "" : arguments.GetRawText()));
            string answer = Instead(command) ?? Disks?.Answer(command, arguments) ?? Plugs(command, arguments) ?? Usual(command);
            if (command == "migrate" && arguments.GetProperty("uri").GetString() is { } uri && uri.StartsWith("exec:", StringComparison.Ordinal) && Disks is not null) WriteState(uri);
            if (answer == Dies) return;
            if (answer.StartsWith("{\"class\"", StringComparison.Ordinal)) await peer.SayAsync($$"""{"error": {{answer}}, "id": {{id}} }""");
            else await peer.AnswerAsync(id, answer);
            if (command == "quit") return;
        }
    }

    /// <summary>The shell command names the file last, in quotes.</summary>
    private static void WriteState(string uri) => File.WriteAllText(uri[(uri.LastIndexOf(" '", StringComparison.Ordinal) + 2)..^1], "memory");

    private string? Plugs(string command, JsonElement arguments)
    {
        switch (command)
        {
            case "qom-list":
                return $"[{string.Join(", ", Devices.Select(static id => $$"""{"name": "{{id}}", "type": "child<device>"}"""))}]";
            case "device_del":
                if (LetsGo) _ = Devices.Remove(arguments.GetProperty("id").GetString()!);
                return "{}";
            case "device_add":
                _ = Devices.Add(arguments.GetProperty("id").GetString()!);
                return "{}";
            default:
                return null;
        }
    }

    private string Usual(string command)
    {
        switch (command)
        {
            case "query-status":
                return $$"""{"status": "{{Status}}", "running": true}""";
            case "query-memory-size-summary":
                return """{"base-memory": 1000}""";
            case "query-migrate-capabilities":
                return Capabilities.ReplaceLineEndings(" ");
            case "query-block":
                return """[{"device": "cd0"}, {"device": "shared", "inserted": {"ro": true} }]""";
            case "query-jobs":
                return "[]";
            case "query-migrate":
                if (Status == "inmigrate") return """{"socket-address": [{"type": "inet", "host": "127.0.0.1", "port": "4711"}]}""";
                lock (_migration)
                {
                    if (_migration.TryDequeue(out string? next)) _lastMigration = next;
                    return _lastMigration;
                }

            case "stop":
                Status = "paused";
                return "{}";
            case "cont":
                Status = "running";
                return "{}";
            default:
                return "{}";
        }
    }
}
