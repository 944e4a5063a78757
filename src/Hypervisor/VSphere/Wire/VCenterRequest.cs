using System;
using System.Net.Http;

namespace HpcVirt.Hypervisor.VSphere.Wire;

/// <summary>One request.</summary>
/// <param name="Method">Its method. Only GET is asked again by itself.</param>
/// <param name="Path">Path and query, escaped.</param>
/// <param name="Doing">What is being done, for people.</param>
internal sealed record VCenterRequest(HttpMethod Method, string Path, string Doing)
{
    /// <summary>JSON; null: no body.</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }

    /// <summary>Name and password, for a login only.</summary>
    public (string User, string Password)? Login { get; init; }
}
