using System;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace HpcVirt.Hypervisor.VSphere;

/// <summary>
/// Whose certificate is believed: the one whose thumbprint is written down, and then no other; without one, those that this machine's authorities vouch for. There
/// is no way to believe all.
/// </summary>
internal sealed class CertificatePin(string? thumbprint)
{
    private volatile string? _refused;

    /// <summary>The thumbprint of the certificate that was refused last; null if none was.</summary>
    public string? Refused => _refused;

    public bool IsTrusted(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null) return false;
        string presented = Convert.ToHexString(SHA256.HashData(certificate.GetRawCertData()));
        bool isTrusted = thumbprint is null ? errors is SslPolicyErrors.None : presented == thumbprint;
        if (!isTrusted) _refused = presented;
        return isTrusted;
    }
}
