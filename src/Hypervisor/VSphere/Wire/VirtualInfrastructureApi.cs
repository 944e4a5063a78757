using System;
using System.Net.Http;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading;
using System.Threading.Tasks;

namespace HpcVirt.Hypervisor.VSphere.Wire;

/// <summary>
/// The Virtual Infrastructure JSON API of vCenter 8.0 U1, <c>/sdk/vim25/8.0.1.0</c>: what a machine does, and all that takes long, as tasks with progress. Later versions
/// answer to the same release. A property is a GET, a method is a POST.
/// </summary>
internal sealed class VirtualInfrastructureApi(VCenterCaller caller)
{
    private const string Root = "/sdk/vim25/8.0.1.0/";
    private const string Machine = "VirtualMachine";
    private const string Snapshot = "VirtualMachineSnapshot";
    private const string TaskType = "Task";

    public string Name => caller.Name;

    /// <summary>Which vCenter it is, and where it takes logins. Needs none itself.</summary>
    public static async Task<ViServiceContent> ContentAsync(VCenterHttp http, CancellationToken cancel)
    {
        var request = new VCenterRequest(HttpMethod.Get, Root + "ServiceInstance/ServiceInstance/content", "asking which vCenter it is");
        VCenterAnswer answer = await http.SendAsync(request, null, cancel);
        if (!answer.IsSuccess) throw VCenterFault.Of(answer, http.Name, request.Doing);
        try
        {
            return JsonSerializer.Deserialize(answer.Body.Span, VCenterJson.Default.ViServiceContent) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new VSphereException(VSphereFailure.Nonsense, $"{http.Name} does not say which vCenter it is ({e.Message.TrimEnd('.')}). See that it is a vCenter of 8.0 U1 or later", cause: e);
        }
    }

    /// <summary>Begins a session, which comes in a header.</summary>
    public static async Task<string> LoginAsync(VCenterHttp http, ViReference manager, string user, string password, CancellationToken cancel)
    {
        var request = new VCenterRequest(HttpMethod.Post, PathOf(manager, "Login"), $"logging {user} in") { Body = JsonSerializer.SerializeToUtf8Bytes(new ViLogin(user, password), VCenterJson.Default.ViLogin) };
        VCenterAnswer answer = await http.SendAsync(request, null, cancel);
        if (!answer.IsSuccess) throw VCenterFault.Of(answer, http.Name, request.Doing);
        return answer.Session ?? throw new VSphereException(VSphereFailure.Nonsense, $"vCenter {http.Name} let {user} in without a session. See that it is a vCenter of 8.0 U1 or later");
    }

    /// <summary>Ends a session.</summary>
    public static Task LogoutAsync(VCenterHttp http, ViReference manager, string session, CancellationToken cancel) =>
        http.SendAsync(new VCenterRequest(HttpMethod.Post, PathOf(manager, "Logout"), "logging out"), session, cancel);

    /// <summary>What a machine does, and on which host.</summary>
    public Task<ViRuntime> RuntimeAsync(string vm, CancellationToken cancel) => caller.AskAsync(Get(Machine, vm, "runtime", $"asking what machine {vm} does"), VCenterJson.Default.ViRuntime, cancel);

    /// <summary>A machine's snapshots; null while it has none.</summary>
    public Task<ViSnapshotInfo?> SnapshotsAsync(string vm, CancellationToken cancel) => caller.AskForAsync(Get(Machine, vm, "snapshot", $"listing the snapshots of machine {vm}"), VCenterJson.Default.ViSnapshotInfo, cancel);

    /// <summary>Tasks of the last minutes that concern a machine; null when there are none.</summary>
    public Task<ViReference[]?> RecentTasksAsync(string vm, CancellationToken cancel) => caller.AskForAsync(Get(Machine, vm, "recentTask", $"listing the tasks of machine {vm}"), VCenterJson.Default.ViReferenceArray, cancel);

    public Task<ViTaskInfo> TaskAsync(string task, CancellationToken cancel) => caller.AskAsync(Get(TaskType, task, "info", $"looking at {task}"), VCenterJson.Default.ViTaskInfo, cancel);

    /// <summary>Asks a task to end. It has not ended when this returns.</summary>
    public Task CancelTaskAsync(string task, CancellationToken cancel) => caller.CallAsync(new VCenterRequest(HttpMethod.Post, PathOf(new ViReference(TaskType, task), "CancelTask"), $"giving {task} up"), cancel);

    /// <summary>Writes a machine's memory to a disk, and lets it stand still.</summary>
    public Task<string> SuspendAsync(string vm, CancellationToken cancel) => StartAsync(Machine, vm, "SuspendVM_Task", null, $"suspending machine {vm}", cancel);

    /// <summary>Lets a suspended machine go on where it is: without a host, vCenter takes the one that the machine belongs to.</summary>
    public Task<string> PowerOnAsync(string vm, CancellationToken cancel) => StartAsync(Machine, vm, "PowerOnVM_Task", Json(new ViNothing(), VCenterJson.Default.ViNothing), $"letting machine {vm} go on", cancel);

    public Task<string> RelocateAsync(string vm, string host, CancellationToken cancel) =>
        StartAsync(Machine, vm, "RelocateVM_Task", Json(new ViRelocate(new ViRelocateSpec(new ViReference("HostSystem", host)), "highPriority"), VCenterJson.Default.ViRelocate), $"moving machine {vm}", cancel);

    public Task<string> CreateSnapshotAsync(string vm, string name, string description, CancellationToken cancel) =>
        StartAsync(Machine, vm, "CreateSnapshotEx_Task", Json(new ViCreateSnapshot(name, description, Memory: true), VCenterJson.Default.ViCreateSnapshot), $"making a snapshot of machine {vm}", cancel);

    /// <summary>Brings a machine back to a snapshot, and does not let it go on.</summary>
    public Task<string> RevertAsync(string snapshot, CancellationToken cancel) =>
        StartAsync(Snapshot, snapshot, "RevertToSnapshot_Task", Json(new ViRevert(SuppressPowerOn: true), VCenterJson.Default.ViRevert), $"going back to {snapshot}", cancel);

    /// <summary>Removes one snapshot; those that were made after it stay.</summary>
    public Task<string> RemoveSnapshotAsync(string snapshot, CancellationToken cancel) =>
        StartAsync(Snapshot, snapshot, "RemoveSnapshot_Task", Json(new ViRemoveSnapshot(RemoveChildren: false, Consolidate: true), VCenterJson.Default.ViRemoveSnapshot), $"removing {snapshot}", cancel);

    private static VCenterRequest Get(string type, string id, string property, string doing) => new(HttpMethod.Get, PathOf(new ViReference(type, id), property), doing);

    private static string PathOf(ViReference of, string member) => $"{Root}{Uri.EscapeDataString(of.Type)}/{Uri.EscapeDataString(of.Value)}/{member}";

    private static byte[] Json<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(value, type);

    /// <summary>Starts a task. Not given up in the middle, for nobody would know whether it was started.</summary>
    /// <returns>Its id.</returns>
    private async Task<string> StartAsync(string type, string id, string method, byte[]? body, string doing, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var request = new VCenterRequest(HttpMethod.Post, PathOf(new ViReference(type, id), method), doing) { Body = body is null ? null : new ReadOnlyMemory<byte>(body) };
        return (await caller.AskAsync(request, VCenterJson.Default.ViReference, CancellationToken.None)).Value;
    }
}
