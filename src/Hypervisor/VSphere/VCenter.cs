using System;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.VSphere.Wire;

namespace HpcVirt.Hypervisor.VSphere;

/// <summary>
/// One vCenter, through both of its interfaces. Each has a session of its own, begun as its documentation says: that one takes the session of the other is said, and not
/// written anywhere.
/// </summary>
internal sealed class VCenter : IAsyncDisposable
{
    private readonly VCenterHttp _http;
    private readonly VSphereDeadlines _deadlines;
    private readonly TimeProvider _time;
    private readonly VCenterSession _automation;
    private readonly VCenterSession _infrastructure;
    private ViServiceContent? _content;

    public VCenter(VSphereSettings settings, VSpherePassword password, VSphereDeadlines deadlines, TimeProvider time)
    {
        (_deadlines, _time) = (deadlines, time);
        _http = new VCenterHttp(settings, deadlines, time);
        _automation = new VCenterSession(cancel => AutomationApi.LoginAsync(_http, settings.User, password.Read(), cancel));
        _infrastructure = new VCenterSession(async cancel => await VirtualInfrastructureApi.LoginAsync(_http, (await ContentAsync(cancel)).SessionManager, settings.User, password.Read(), cancel));
        Inventory = new AutomationApi(new VCenterCaller(_http, _automation, deadlines, time));
        Machines = new VirtualInfrastructureApi(new VCenterCaller(_http, _infrastructure, deadlines, time));
    }

    /// <summary>What is there.</summary>
    public AutomationApi Inventory { get; }

    /// <summary>What machines do.</summary>
    public VirtualInfrastructureApi Machines { get; }

    /// <summary>The id of this vCenter, which no other has.</summary>
    public async Task<string> InstanceAsync(CancellationToken cancel) => (await ContentAsync(cancel)).About.InstanceUuid
        ?? throw new VSphereException(VSphereFailure.Nonsense, $"{_http.Name} has no instanceUuid: it is a host and no vCenter. Give the vCenter's address as \"url\"");

    /// <summary>Logs out, for vCenter holds a limited number of sessions; one that does not answer ends them by itself.</summary>
    public async ValueTask DisposeAsync()
    {
        using var deadline = new CancellationTokenSource(_deadlines.Close, _time);
        try
        {
            if (_automation.Known is { } automation) await AutomationApi.LogoutAsync(_http, automation, deadline.Token);
            if (_infrastructure.Known is { } infrastructure && _content is { } content) await VirtualInfrastructureApi.LogoutAsync(_http, content.SessionManager, infrastructure, deadline.Token);
        }
        catch (Exception e) when (e is VSphereException or OperationCanceledException)
        {
            // Nobody waits for it any more.
        }

        _automation.Dispose();
        _infrastructure.Dispose();
        _http.Dispose();
    }

    private async Task<ViServiceContent> ContentAsync(CancellationToken cancel) => _content ??= await VirtualInfrastructureApi.ContentAsync(_http, cancel);
}
