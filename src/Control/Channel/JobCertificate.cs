using System;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HpcVirt.Mpi.Resilience.Channel;

namespace HpcVirt.Control.Channel;

/// <summary>The certificate that ranks on other hosts know their supervisor by: made for one job, in memory, trusted by its hash alone.</summary>
internal sealed class JobCertificate : IDisposable
{
    private static readonly TimeSpan Slack = TimeSpan.FromDays(1);
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(3650);

    private JobCertificate(X509Certificate2 certificate) => Certificate = certificate;

    public X509Certificate2 Certificate { get; }

    /// <summary>SHA-256 in hexadecimal.</summary>
    public string Hash => Convert.ToHexString(SHA256.HashData(Certificate.RawData));

    public static JobCertificate Create(TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={ControlDial.CertificateName}", key, HashAlgorithmName.SHA256);
        DateTimeOffset now = time.GetUtcNow();

        // Hosts' clocks differ, and nobody looks at the dates: the hash is all that counts.
        using X509Certificate2 made = request.CreateSelfSigned(now - Slack, now + Lifetime);
        return new JobCertificate(X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null));
    }

    public void Dispose() => Certificate.Dispose();
}
