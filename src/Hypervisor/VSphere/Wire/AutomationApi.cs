using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;

namespace HpcVirt.Hypervisor.VSphere.Wire;

/// <summary>The vSphere Automation API, <c>/api</c>: what is there, by its names, and network adapters.</summary>
internal sealed class AutomationApi(VCenterCaller caller)
{
    /// <summary>Names are part of the address of the question; so many keep it short.</summary>
    private const int NamesPerQuestion = 50;

    private const string Session = "/api/session";

    /// <summary>Begins a session.</summary>
    public static async Task<string> LoginAsync(VCenterHttp http, string user, string password, CancellationToken cancel)
    {
        var request = new VCenterRequest(HttpMethod.Post, Session, $"logging {user} in") { Login = (user, password) };
        VCenterAnswer answer = await http.SendAsync(request, null, cancel);
        if (!answer.IsSuccess) throw VCenterFault.Of(answer, http.Name, request.Doing);
        return VCenterJson.TextOf(answer.Body.Span) ?? throw new VSphereException(VSphereFailure.Nonsense, $"vCenter {http.Name} let {user} in without a session. See that it is a vCenter of 8.0 U1 or later");
    }

    /// <summary>Ends a session.</summary>
    public static Task LogoutAsync(VCenterHttp http, string session, CancellationToken cancel) => http.SendAsync(new VCenterRequest(HttpMethod.Delete, Session, "logging out"), session, cancel);

    /// <summary>The machines of these names. A name may be there twice, in two folders.</summary>
    public async Task<IReadOnlyList<VmSummary>> MachinesAsync(IReadOnlyCollection<string> names, CancellationToken cancel)
    {
        var found = new List<VmSummary>();
        foreach (string[] some in names.Chunk(NamesPerQuestion))
            found.AddRange(await caller.AskAsync(new VCenterRequest(HttpMethod.Get, $"/api/vcenter/vm?{string.Join('&', some.Select(static name => "names=" + Uri.EscapeDataString(name)))}", "looking for guests"), VCenterJson.Default.VmSummaryArray, cancel));
        return found;
    }

    /// <summary>All hosts; vCenter lists 2500 at most.</summary>
    public async Task<IReadOnlyList<HostSummary>> HostsAsync(CancellationToken cancel) =>
        await caller.AskAsync(new VCenterRequest(HttpMethod.Get, "/api/vcenter/host", "listing hosts"), VCenterJson.Default.HostSummaryArray, cancel);

    /// <summary>A machine's network adapters.</summary>
    public async Task<IReadOnlyList<string>> AdaptersAsync(string vm, CancellationToken cancel) =>
        [.. (await caller.AskAsync(new VCenterRequest(HttpMethod.Get, AdaptersOf(vm), "listing network adapters"), VCenterJson.Default.NicSummaryArray, cancel)).Select(static nic => nic.Nic)];

    /// <summary>Whether an adapter is connected, in vCenter's words.</summary>
    public async Task<string> AdapterStateAsync(string vm, string nic, CancellationToken cancel) =>
        (await caller.AskAsync(new VCenterRequest(HttpMethod.Get, AdapterOf(vm, nic), $"asking for network adapter {nic}"), VCenterJson.Default.NicInfo, cancel)).State;

    /// <summary>Connects an adapter of a machine that works, or disconnects it.</summary>
    public async Task ConnectAsync(string vm, string nic, bool isUp, CancellationToken cancel)
    {
        string verb = isUp ? "connect" : "disconnect";
        _ = await caller.CallAsync(new VCenterRequest(HttpMethod.Post, $"{AdapterOf(vm, nic)}?action={verb}", $"the {verb} of network adapter {nic}"), cancel);
    }

    private static string AdaptersOf(string vm) => $"/api/vcenter/vm/{Uri.EscapeDataString(vm)}/hardware/ethernet";

    private static string AdapterOf(string vm, string nic) => $"{AdaptersOf(vm)}/{Uri.EscapeDataString(nic)}";
}
