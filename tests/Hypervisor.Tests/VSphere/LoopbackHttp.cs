using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace HpcVirt.Hypervisor.Tests.VSphere;

/// <summary>A small server of HTTP on this machine, which keeps connections open, and knows every way to misbehave.</summary>
internal sealed class LoopbackHttp : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<Asked, Reply> _answer;
    private readonly X509Certificate2? _certificate;
    private readonly Task _serving;

    public LoopbackHttp(Func<Asked, Reply> answer, X509Certificate2? certificate = null)
    {
        (_answer, _certificate) = (answer, certificate);
        _listener.Start();
        Url = $"{(certificate is null ? "http" : "https")}://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";
        _serving = Task.Run(ServeAsync);
    }

    public string Url { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        var under = new List<Task>();
        try
        {
            while (true) under.Add(ServeOneAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // The test is over.
        }

        await Task.WhenAll(under);
    }

    private async Task ServeOneAsync(TcpClient client)
    {
        try
        {
            using TcpClient owned = client;
            client.NoDelay = true;
            await using Stream stream = await SecureAsync(client.GetStream());
            while (await HearAsync(stream) is { } asked)
            {
                Reply reply = _answer(asked);
                if (reply.Kind is ReplyKind.Hang) await Task.Delay(Timeout.Infinite, _stop.Token);
                if (reply.Kind is ReplyKind.HangUp) return;
                await SayAsync(stream, reply);
            }
        }
        catch (Exception e) when (e is IOException or AuthenticationException or OperationCanceledException or ObjectDisposedException)
        {
            // The client has gone, or the test is over.
        }
    }

    private async Task<Stream> SecureAsync(Stream plain)
    {
        if (_certificate is null) return plain;
        var secure = new SslStream(plain);
        await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _stop.Token);
        return secure;
    }

    private async Task<Asked?> HearAsync(Stream stream)
    {
        var head = new StringBuilder();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0) return null;
            _ = head.Append((char)one[0]);
        }

        string[] lines = head.ToString().Split("\r\n");
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (string line in lines[1..])
        {
            if (line.Split(": ", 2) is [string name, string value]) headers[name] = value;
        }

        byte[] body = new byte[headers.TryGetValue("Content-Length", out string? length) ? int.Parse(length, CultureInfo.InvariantCulture) : 0];
        await stream.ReadExactlyAsync(body, _stop.Token);
        string[] words = lines[0].Split(' ');
        return new Asked(words[0], words[1], headers, Encoding.UTF8.GetString(body));
    }

    private async Task SayAsync(Stream stream, Reply reply)
    {
        var head = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {reply.Status} Said\r\nContent-Type: application/json\r\nContent-Length: {reply.Body.Length}\r\n"));
        foreach ((string name, string value) in reply.Headers) _ = head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        await stream.WriteAsync(Encoding.UTF8.GetBytes(head.Append("\r\n").Append(reply.Body).ToString()), _stop.Token);
        await stream.FlushAsync(_stop.Token);
    }
}

/// <summary>A request as it was heard.</summary>
internal sealed record Asked(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public bool Is(string method, string end) => Method == method && Path.EndsWith(end, StringComparison.Ordinal);

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public override string ToString() => $"{Method} {Path}";
}

/// <summary>What becomes of a request.</summary>
internal enum ReplyKind
{
    Answer = 0,
    Hang,
    HangUp,
}

/// <summary>An answer, or none.</summary>
internal sealed record Reply(int Status, string Body = "", ReplyKind Kind = ReplyKind.Answer)
{
    public static Reply Hang { get; } = new(0, "", ReplyKind.Hang);

    public static Reply HangUp { get; } = new(0, "", ReplyKind.HangUp);

    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];
}
