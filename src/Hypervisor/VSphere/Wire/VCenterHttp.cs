using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace HpcVirt.Hypervisor.VSphere.Wire;

/// <summary>
/// Sends one request and takes the whole answer, within a deadline and a size. Goes straight to vCenter: no proxy sees the password, no redirection leads elsewhere,
/// no cookie is kept.
/// </summary>
internal sealed class VCenterHttp : IDisposable
{
    /// <summary>The longest list that is asked for here, all hosts of a vCenter, has some hundred KiB.</summary>
    public const int AnswerBytesMax = 4 << 20;

    private const string SessionHeader = "vmware-api-session-id";
    private const int ConnectionsMax = 8;

    private readonly Uri _url;
    private readonly CertificatePin _pin;
    private readonly HttpClient _client;
    private readonly VSphereDeadlines _deadlines;
    private readonly TimeProvider _time;

    public VCenterHttp(VSphereSettings settings, VSphereDeadlines deadlines, TimeProvider time)
    {
        (_url, _deadlines, _time) = (settings.Url, deadlines, time);
        _pin = new CertificatePin(settings.Thumbprint);
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            MaxConnectionsPerServer = ConnectionsMax,
            // A guard runs for months, and a name may come to mean another address.
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = _pin.IsTrusted },
        };
        _client = new HttpClient(handler, disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>The name of the vCenter, for people.</summary>
    public string Name => _url.Authority;

    public async Task<VCenterAnswer> SendAsync(VCenterRequest request, string? session, CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(_deadlines.Request, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        try
        {
            using HttpRequestMessage message = MessageOf(request, session);
            using HttpResponseMessage response = await _client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, either.Token);
            string? named = response.Headers.TryGetValues(SessionHeader, out IEnumerable<string>? values) ? string.Concat(values) : null;
            return new VCenterAnswer((int)response.StatusCode, await ReadAsync(response, request.Doing, either.Token), named);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new VSphereException(VSphereFailure.NoAnswer, string.Create(CultureInfo.InvariantCulture, $"vCenter {Name} did not answer within {_deadlines.Request.TotalSeconds:0.###} s at {request.Doing}; it may yet do it. See that it is alive"), cause: e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new VSphereException(VSphereFailure.NoAnswer, WhyNot(e, request.Doing), cause: e);
        }
    }

    public void Dispose() => _client.Dispose();

    private HttpRequestMessage MessageOf(VCenterRequest request, string? session)
    {
        var message = new HttpRequestMessage(request.Method, new Uri(_url, request.Path));
        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (session is not null) message.Headers.Add(SessionHeader, session);
        if (request.Login is { } login) message.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.User}:{login.Password}")));
        if (request.Body is { } body) message.Content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        return message;
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage response, string doing, CancellationToken cancel)
    {
        await using Stream stream = await response.Content.ReadAsStreamAsync(cancel);
        using var whole = new MemoryStream();
        byte[] buffer = new byte[16 << 10];
        for (int read; (read = await stream.ReadAsync(buffer, cancel)) > 0;)
        {
            if (whole.Length + read > AnswerBytesMax)
                throw new VSphereException(VSphereFailure.Nonsense, $"vCenter {Name} answered with more than {AnswerBytesMax} bytes at {doing}, which no answer has. See what stands at that address");
            await whole.WriteAsync(buffer.AsMemory(0, read), cancel);
        }

        return whole.ToArray();
    }

    private string WhyNot(Exception error, string doing)
    {
        if (error is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } && _pin.Refused is { } refused)
            return $"vCenter {Name} has a certificate that is not trusted, with the SHA-256 thumbprint {refused}. Compare it with what vCenter itself shows, and only if they are the same write it as \"thumbprint\" into \"vsphere\"";
        return $"vCenter {Name} cannot be reached at {doing} ({(error.InnerException ?? error).Message.TrimEnd('.')}). See that it is alive, and that \"url\" in \"vsphere\" is right";
    }
}
