using System;
using System.Collections.Generic;
using System.IO;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Predictor.Sources;

namespace HpcVirt.Predictor.Live.Sources;

/// <summary>Scrapes an endpoint in the Prometheus text format; a federation endpoint gives a whole fleet.</summary>
public sealed class PrometheusSource(Uri endpoint, string node) : IObservationSource, IDisposable
{
    private const int ResponseBytesMax = 64 << 20;

    private readonly HttpClient _client = new() { MaxResponseContentBufferSize = ResponseBytesMax };

    /// <inheritdoc/>
    public string Name => endpoint.ToString();

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Observation>> AskAsync(long timeS, CancellationToken cancellation)
    {
        string text = await _client.GetStringAsync(endpoint, cancellation);
        using var reader = new StringReader(text);
        return [.. PrometheusText.Parse(reader, node, timeS)];
    }

    /// <summary>Closes connections.</summary>
    public void Dispose() => _client.Dispose();
}
