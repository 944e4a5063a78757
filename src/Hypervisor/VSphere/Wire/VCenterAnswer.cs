using System;

namespace HpcVirt.Hypervisor.VSphere.Wire;

/// <summary>A whole answer.</summary>
/// <param name="Status">The status of HTTP.</param>
/// <param name="Body">All of its bytes.</param>
/// <param name="Session">The session that it names in a header; null if none.</param>
internal sealed record VCenterAnswer(int Status, ReadOnlyMemory<byte> Body, string? Session)
{
    public bool IsSuccess => Status is >= 200 and < 300;
}
