using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace HpcVirt.Control.Channel;

/// <summary>Where the supervisor of a job over several hosts listens for the ranks that are not beside it.</summary>
internal sealed class RemoteEntrance : IDisposable
{
    private RemoteEntrance(Socket socket, JobCertificate certificate)
    {
        Socket = socket;
        Certificate = certificate;
        int port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        Endpoints = [.. Addresses().Select(address => new IPEndPoint(address, port))];
    }

    public Socket Socket { get; }

    public JobCertificate Certificate { get; }

    /// <summary>This host's addresses with the port; ranks try them in turn.</summary>
    public IReadOnlyList<IPEndPoint> Endpoints { get; }

    public static RemoteEntrance Open(int connectionsMax, TimeProvider time)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Any, 0));
            socket.Listen(connectionsMax);
            return new RemoteEntrance(socket, JobCertificate.Create(time));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Socket.Dispose();
        Certificate.Dispose();
    }

    private static IEnumerable<IPAddress> Addresses() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(static network => network.OperationalStatus == OperationalStatus.Up && network.NetworkInterfaceType != NetworkInterfaceType.Loopback)
        .SelectMany(static network => network.GetIPProperties().UnicastAddresses)
        .Select(static unicast => unicast.Address)
        .Where(static address => address.AddressFamily == AddressFamily.InterNetwork);
}
