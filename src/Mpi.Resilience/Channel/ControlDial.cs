using System;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace HpcVirt.Mpi.Resilience.Channel;

/// <summary>An open way to the supervisor: the socket, the stream over it, and the secret to prove.</summary>
internal sealed class ControlDial : IDisposable
{
    /// <summary>Names nobody: the certificate is known by its hash.</summary>
    public const string CertificateName = "hpcvirt";

    private ControlDial(Socket socket, Stream stream, byte[] secret)
    {
        Socket = socket;
        Stream = stream;
        Secret = secret;
    }

    public Socket Socket { get; }

    public Stream Stream { get; }

    public byte[] Secret { get; }

    /// <summary>Through the Unix socket of this host, whose other end the kernel vouches for.</summary>
    [SuppressMessage("Reliability", "CA2000", Justification = "The dial owns what it opened.")]
    public static ControlDial Beside(ControlAddress address, TimeSpan timeout)
    {
        byte[] secret = ControlSecret.Read(address.SecretPath);
        Socket socket = Bounded(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified), timeout);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(address.SocketPath));
            PeerCredentials.Of(socket).DemandUser(CurrentUser.Id);
            return new ControlDial(socket, new NetworkStream(socket, ownsSocket: false), secret);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Over the network, to the one certificate of this job.</summary>
    public static ControlDial Across(RemoteControl remote, TimeSpan timeout)
    {
        Exception? last = null;
        foreach (IPEndPoint endpoint in remote.Endpoints)
        {
            try
            {
                return Across(endpoint, remote, timeout);
            }
            catch (Exception error) when (error is SocketException or IOException)
            {
                last = error;
            }
        }

        throw new IOException($"The supervisor on {remote.SupervisorHost} does not answer at {string.Join(", ", remote.Endpoints)}: {last?.Message}", last);
    }

    public void Dispose()
    {
        Stream.Dispose();
        Socket.Dispose();
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The dial owns what it opened.")]
    private static ControlDial Across(IPEndPoint endpoint, RemoteControl remote, TimeSpan timeout)
    {
        Socket socket = Bounded(new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }, timeout);
        SslStream? stream = null;
        try
        {
            IAsyncResult connecting = socket.BeginConnect(endpoint, null, null);
            if (!connecting.AsyncWaitHandle.WaitOne(timeout)) throw new SocketException((int)SocketError.TimedOut);
            socket.EndConnect(connecting);
            stream = new SslStream(new NetworkStream(socket, ownsSocket: false), leaveInnerStreamOpen: false);
            stream.AuthenticateAsClient(new SslClientAuthenticationOptions
            {
                TargetHost = CertificateName,
                EnabledSslProtocols = SslProtocols.None,
                CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                RemoteCertificateValidationCallback = (_, certificate, _, _) => IsPinned(certificate, remote.CertificateHash),
            });
            return new ControlDial(socket, stream, remote.Secret);
        }
        catch (AuthenticationException error)
        {
            stream?.Dispose();
            socket.Dispose();
            throw new ControlChannelException(
                ChannelRefusal.WrongCertificate,
                $"Control channel: whoever answers at {endpoint} is not this job's supervisor: its certificate is not the one in {ControlEnvironment.Certificate}.", error);
        }
        catch
        {
            stream?.Dispose();
            socket.Dispose();
            throw;
        }
    }

    private static bool IsPinned(X509Certificate? certificate, byte[] hash) =>
        certificate is not null && CryptographicOperations.FixedTimeEquals(SHA256.HashData(certificate.GetRawCertData()), hash);

    private static Socket Bounded(Socket socket, TimeSpan timeout)
    {
        socket.SendTimeout = (int)timeout.TotalMilliseconds;
        socket.ReceiveTimeout = (int)timeout.TotalMilliseconds;
        return socket;
    }
}
