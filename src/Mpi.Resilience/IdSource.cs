using System;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace HpcVirt.Mpi.Resilience;

/// <summary>Ids that no other start of any job gets. They mark directories and are compared, nothing else: results never depend on them.</summary>
internal static class IdSource
{
    [SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "It is a Guid.")]
    public static Guid NewGuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        return new Guid(bytes);
    }
}
