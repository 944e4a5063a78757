using System;
using System.IO;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;

namespace HpcVirt.Hypervisor.Tests.Qmp;

/// <summary>A QMP server that says what a test makes it say. Each connection gets the script anew, one after the other, as QEMU serves them.</summary>
internal sealed class ScriptedQmp : IAsyncDisposable
{
    public const string Greeting = """{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": ""}, "capabilities": ["oob"]}}""";

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    public ScriptedQmp(string path, Func<Peer, Task> script)
    {
        Path = path;
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen(4);
        _serving = Task.Run(() => ServeAsync(script));
    }

    public string Path { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _serving;
        File.Delete(Path);
        _stop.Dispose();
    }

    private async Task ServeAsync(Func<Peer, Task> script)
    {
        try
        {
            while (true)
            {
                using Socket socket = await _listener.AcceptAsync(_stop.Token);
                using var peer = new Peer(new NetworkStream(socket), _stop.Token);
                try
                {
                    await script(peer);
                }
                catch (Exception e) when (e is IOException or PeerGoneException)
                {
                    // The other end has closed the connection: the next one may come.
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    internal sealed class PeerGoneException : Exception;

    /// <summary>The client of one connection.</summary>
    internal sealed class Peer(NetworkStream stream, CancellationToken stop) : IDisposable
    {
        private readonly StreamReader _reader = new(stream);

        public CancellationToken Stop => stop;

        public Task SayAsync(string line) => SayRawAsync(line + "\r\n");

        public async Task SayRawAsync(string text)
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(text), stop);
            await stream.FlushAsync(stop);
        }

        public async Task SayBytesAsync(byte[] bytes) => await stream.WriteAsync(bytes, stop);

        /// <summary>The next command and its number.</summary>
        public async Task<(string Command, long Id, JsonElement Arguments)> HearAsync()
        {
            string line = await _reader.ReadLineAsync(stop) ?? throw new PeerGoneException();
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            return (root.GetProperty("execute").GetString()!, root.GetProperty("id").GetInt64(), root.TryGetProperty("arguments", out JsonElement arguments) ? arguments.Clone() : default);
        }

        public Task AnswerAsync(long id, string value = "{}") => SayAsync($$"""{"return": {{value}}, "id": {{id}} }""");

        /// <summary>Greets, and answers the negotiation.</summary>
        public async Task WelcomeAsync()
        {
            await SayAsync(Greeting);
            (string _, long id, JsonElement _) = await HearAsync();
            await AnswerAsync(id);
        }

        /// <summary>Says nothing more until the client goes, or the test is over.</summary>
        public async Task KeepSilentAsync()
        {
            while (true) _ = await HearAsync();
        }

        public void Dispose()
        {
            _reader.Dispose();
            stream.Dispose();
        }
    }
}
