using System;
using System.IO;
using System.Security.Cryptography;

namespace HpcVirt.Samples.Stencil;

/// <summary>The SHA-256 of the plate's rows in order: what <c>sha256sum</c> says of the result file, for any number of ranks.</summary>
public sealed class PlateChecksum(TextWriter output) : IPlateRowSink
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public void Add(ReadOnlySpan<double> row) => _hash.AppendData(LittleEndianRow.BytesOf(row));

    public void Complete() => output.WriteLine($"checksum {Convert.ToHexStringLower(_hash.GetHashAndReset())}");

    public void Dispose() => _hash.Dispose();
}
