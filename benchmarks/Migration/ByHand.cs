using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using System.Text.Json;
using System.Threading.Tasks;

namespace HpcVirt.Benchmarks.Migration;

/// <summary>The same states saved as one would with a shell and QEMU's manual: connect, stop all, migrate all to files, wait, let all go on.</summary>
internal static class ByHand
{
    /// <summary>How long the guests stood still, seconds.</summary>
    public static async Task<double> SaveAsync(IReadOnlyList<string> sockets, string folder)
    {
        Directory.CreateDirectory(folder);
        Talk[] talks = await Task.WhenAll(sockets.Select(Talk.OpenAsync));
        try
        {
            long start = Stopwatch.GetTimestamp();
            await Task.WhenAll(talks.Select(static talk => talk.SayAsync("""{"execute":"stop"}""")));
            await Task.WhenAll(talks.Select((talk, at) => SaveAsync(talk, Path.Combine(folder, $"{at}.state"))));
            await Task.WhenAll(talks.Select(ContinueAsync));
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        finally
        {
            foreach (Talk talk in talks) talk.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>For a moment after the end of a migration QEMU refuses it.</summary>
    private static async Task ContinueAsync(Talk talk)
    {
        while ((await talk.SayAsync("""{"execute":"query-status"}""")).GetProperty("status").GetString() == "finish-migrate") await Task.Delay(1);
        _ = await talk.SayAsync("""{"execute":"cont"}""");
    }

    private static async Task SaveAsync(Talk talk, string file)
    {
        _ = await talk.SayAsync("""{"execute":"migrate-set-parameters","arguments":{"max-bandwidth":1099511627776} }""");
        _ = await talk.SayAsync($$$"""{"execute":"migrate","arguments":{"uri":"exec:cat > {{{file}}}"}}""");
        while (true)
        {
            JsonElement answer = await talk.SayAsync("""{"execute":"query-migrate"}""");
            switch (answer.GetProperty("status").GetString())
            {
                case "completed": return;
                case "failed" or "cancelled": throw new InvalidOperationException($"saving by hand failed: {answer}");
                default: await Task.Delay(1); break;
            }
        }
    }

    private sealed class Talk(Socket socket, StreamReader reader, StreamWriter writer) : IDisposable
    {
        public static async Task<Talk> OpenAsync(string path)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
            var stream = new NetworkStream(socket);
            var talk = new Talk(socket, new StreamReader(stream), new StreamWriter(stream) { AutoFlush = true });
            _ = await talk.SayAsync("""{"execute":"qmp_capabilities"}""");
            return talk;
        }

        public async Task<JsonElement> SayAsync(string command)
        {
            await writer.WriteLineAsync(command);
            while (true)
            {
                string line = await reader.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1)) ?? throw new InvalidOperationException("QEMU has gone");
                JsonElement message = JsonDocument.Parse(line).RootElement;
                if (message.TryGetProperty("error", out JsonElement error)) throw new InvalidOperationException($"QEMU refuses {command}: {error}");
                if (message.TryGetProperty("return", out JsonElement value)) return value;
            }
        }

        public void Dispose()
        {
            reader.Dispose();
            writer.Dispose();
            socket.Dispose();
        }
    }
}
