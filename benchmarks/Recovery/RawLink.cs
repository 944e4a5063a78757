using System;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace HpcVirt.Benchmarks.Recovery;

/// <summary>The bytes of a move over the same link with nothing around them: one TCP connection, large buffers, an acknowledgement at the end.</summary>
internal static class RawLink
{
    private const int Port = 17_077;
    private const int BufferBytes = 1 << 20;

    public static int Receive()
    {
        using var listener = new TcpListener(IPAddress.Any, Port);
        listener.Start();
        Console.Out.WriteLine("listening");
        Console.Out.Flush();
        using Socket socket = listener.AcceptSocket();
        byte[] buffer = new byte[BufferBytes];
        byte[] length = new byte[8];
        for (int got = 0; got < 8;) got += socket.Receive(length, got, 8 - got, SocketFlags.None);
        long left = BitConverter.ToInt64(length);
        while (left > 0)
        {
            int got = socket.Receive(buffer);
            if (got == 0) return 1;
            left -= got;
        }

        socket.Send([1]);
        return 0;
    }

    /// <summary>Prints the seconds that it took.</summary>
    public static int Send(string host, long bytes)
    {
        using var client = new TcpClient(host, Port) { NoDelay = true };
        Socket socket = client.Client;
        byte[] buffer = new byte[BufferBytes];
        new Random(1).NextBytes(buffer);
        long startedAt = Stopwatch.GetTimestamp();
        socket.Send(BitConverter.GetBytes(bytes));
        for (long left = bytes; left > 0;)
        {
            int part = (int)Math.Min(left, buffer.Length);
            for (int sent = 0; sent < part;) sent += socket.Send(buffer, sent, part - sent, SocketFlags.None);
            left -= part;
        }

        if (socket.Receive(new byte[1]) != 1) return 1;
        Console.Out.WriteLine(Stopwatch.GetElapsedTime(startedAt).TotalSeconds.ToString("R", CultureInfo.InvariantCulture));
        return 0;
    }
}
