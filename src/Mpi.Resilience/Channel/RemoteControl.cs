using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Security.Cryptography;

namespace HpcVirt.Mpi.Resilience.Channel;

/// <summary>How ranks on other hosts reach the supervisor: TLS to one of its addresses, pinned to the certificate of this job.</summary>
/// <param name="SupervisorHost">Name of the supervisor's host.</param>
/// <param name="Endpoints">Addresses to be tried in turn.</param>
/// <param name="CertificateHash">SHA-256 of the only certificate that is accepted.</param>
/// <param name="Secret">The job's secret.</param>
/// <param name="Lease">How long a rank goes on without hearing from the supervisor.</param>
internal sealed record RemoteControl(string SupervisorHost, IReadOnlyList<IPEndPoint> Endpoints, byte[] CertificateHash, byte[] Secret, TimeSpan Lease)
{
    /// <summary>Reads what a job over several hosts sets; null for a job on one.</summary>
    /// <exception cref="ControlChannelException">Some of it is missing or malformed.</exception>
    public static RemoteControl? FromEnvironment(Func<string, string?> variable)
    {
        if (variable(ControlEnvironment.Host) is not { Length: > 0 } host) return null;
        IPEndPoint?[] endpoints = [.. Demand(variable, ControlEnvironment.Endpoints).Split(',').Select(static text => IPEndPoint.TryParse(text, out IPEndPoint? point) ? point : null)];
        if (endpoints.Any(static point => point is null)) throw Malformed(ControlEnvironment.Endpoints);
        byte[] hash = Bytes(variable, ControlEnvironment.Certificate, SHA256.HashSizeInBytes);
        byte[] secret = Bytes(variable, ControlEnvironment.Secret, ControlSecret.Bytes);
        if (!int.TryParse(Demand(variable, ControlEnvironment.Lease), NumberStyles.None, CultureInfo.InvariantCulture, out int leaseMs) || leaseMs < 1)
            throw Malformed(ControlEnvironment.Lease);
        return new RemoteControl(host, endpoints!, hash, secret, TimeSpan.FromMilliseconds(leaseMs));
    }

    private static string Demand(Func<string, string?> variable, string name) => variable(name) is { Length: > 0 } value ? value : throw Malformed(name);

    private static byte[] Bytes(Func<string, string?> variable, string name, int length)
    {
        string text = Demand(variable, name);
        return text.Length == 2 * length && text.All(char.IsAsciiHexDigit) ? Convert.FromHexString(text) : throw Malformed(name);
    }

    private static ControlChannelException Malformed(string name) => new(
        ChannelRefusal.UnusableSecretFile,
        $"Control channel: {ControlEnvironment.Host} is set but {name} is missing or malformed. Leave these variables to `hpcvirt run`, and let the launcher pass all of them on.");
}
