using System;
using System.Net.Http;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading;
using System.Threading.Tasks;

namespace HpcVirt.Hypervisor.VSphere.Wire;

/// <summary>
/// Makes calls of a session: an expired one is renewed once, a GET that was not answered is asked up to three times, and what is no success is an error with its reason.
/// What changes something is never sent twice by itself, except after "not logged in": then it was not carried out.
/// </summary>
internal sealed class VCenterCaller(VCenterHttp http, VCenterSession session, VSphereDeadlines deadlines, TimeProvider time)
{
    private const int AsksMax = 3;

    public string Name => http.Name;

    /// <summary>Asks, and reads the answer.</summary>
    public async Task<T> AskAsync<T>(VCenterRequest request, JsonTypeInfo<T> type, CancellationToken cancel) =>
        Read(await CallAsync(request, cancel), type, request.Doing) ?? throw Nonsense(request.Doing, "nothing");

    /// <summary>Asks for what may be unset.</summary>
    /// <returns>Null if it is.</returns>
    public async Task<T?> AskForAsync<T>(VCenterRequest request, JsonTypeInfo<T> type, CancellationToken cancel)
        where T : class
    {
        VCenterAnswer answer = await CallAsync(request, cancel);
        return answer.Body.Length == 0 ? null : Read(answer, type, request.Doing);
    }

    public async Task<VCenterAnswer> CallAsync(VCenterRequest request, CancellationToken cancel)
    {
        TimeSpan pause = deadlines.AskAgainAfter;
        for (int asks = 1; ; asks++)
        {
            try
            {
                return await CallOnceAsync(request, cancel);
            }
            catch (VSphereException e) when (request.Method == HttpMethod.Get && asks < AsksMax && e.Failure is VSphereFailure.Busy or VSphereFailure.NoAnswer)
            {
                await Task.Delay(pause, time, cancel);
                pause *= 2;
            }
        }
    }

    private async Task<VCenterAnswer> CallOnceAsync(VCenterRequest request, CancellationToken cancel)
    {
        string used = await session.GetAsync(expired: null, cancel);
        try
        {
            return await SendAsync(request, used, cancel);
        }
        catch (VSphereException e) when (e.Failure is VSphereFailure.NotLoggedIn)
        {
            return await SendAsync(request, await session.GetAsync(used, cancel), cancel);
        }
    }

    private async Task<VCenterAnswer> SendAsync(VCenterRequest request, string used, CancellationToken cancel)
    {
        VCenterAnswer answer = await http.SendAsync(request, used, cancel);
        return answer.IsSuccess ? answer : throw VCenterFault.Of(answer, http.Name, request.Doing);
    }

    private T? Read<T>(VCenterAnswer answer, JsonTypeInfo<T> type, string doing)
    {
        try
        {
            return JsonSerializer.Deserialize(answer.Body.Span, type);
        }
        catch (JsonException e)
        {
            throw Nonsense(doing, e.Message.TrimEnd('.'), e);
        }
    }

    private VSphereException Nonsense(string doing, string what, Exception? cause = null) =>
        new(VSphereFailure.Nonsense, $"vCenter {Name} answered with what this program does not understand at {doing} ({what}). See that it is a vCenter of 8.0 U1 or later", cause: cause);
}
