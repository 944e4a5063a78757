using System;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Tasks;

namespace HpcVirt.Control.Tests.Guard;

/// <summary>An endpoint in the Prometheus text format that answers every scrape in the same way, or hangs.</summary>
internal sealed class MetricsServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly byte[] _answer;

    public MetricsServer(string text)
    {
        _answer = Encoding.UTF8.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {Encoding.UTF8.GetByteCount(text)}\r\nConnection: close\r\n\r\n{text}");
        _listener.Start();
        _ = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public bool Hangs { get; set; }

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync()
    {
        try
        {
            while (true) _ = AnswerAsync(await _listener.AcceptSocketAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task AnswerAsync(Socket socket)
    {
        if (Hangs) return;
        using (socket)
        {
            byte[] request = new byte[4096];
            _ = await socket.ReceiveAsync(request);
            _ = await socket.SendAsync(_answer);
            socket.Shutdown(SocketShutdown.Send);
            _ = await socket.ReceiveAsync(request);
        }
    }
}
