using System.Text.Json.Serialization;

namespace HpcVirt.Hypervisor.VSphere.Wire;

/// <summary>A reference to a managed object: its type, and its <c>moId</c>.</summary>
internal sealed record ViReference([property: JsonPropertyName("type")] string Type, [property: JsonPropertyName("value")] string Value)
{
    [JsonPropertyName("_typeName")]
    [JsonPropertyOrder(-1)]
    public string TypeName { get; init; } = "ManagedObjectReference";
}

/// <summary><c>ServiceInstance/content</c>, of which two things are needed; it is there without a login.</summary>
internal sealed record ViServiceContent(ViAbout About, ViReference SessionManager);

/// <summary>Which vCenter it is. <c>instanceUuid</c> is unset on a host, which is no vCenter.</summary>
internal sealed record ViAbout
{
    public string? InstanceUuid { get; init; }
}

/// <summary><c>SessionManager.Login</c>.</summary>
internal sealed record ViLogin(string UserName, string Password);

/// <summary><c>VirtualMachine/runtime</c>.</summary>
internal sealed record ViRuntime(string ConnectionState, string PowerState)
{
    public const string Connected = "connected";
    public const string PoweredOn = "poweredOn";
    public const string Suspended = "suspended";
    public const string PoweredOff = "poweredOff";

    public ViReference? Host { get; init; }

    /// <summary>It stands still until somebody has answered.</summary>
    public ViQuestion? Question { get; init; }

    public bool IsConnected => ConnectionState == Connected;
}

/// <summary>What a machine asks.</summary>
internal sealed record ViQuestion
{
    public string? Text { get; init; }
}

/// <summary><c>VirtualMachine/snapshot</c>; unset while there are none.</summary>
internal sealed record ViSnapshotInfo
{
    public ViSnapshotTree[]? RootSnapshotList { get; init; }
}

/// <summary>A snapshot, and those that were made after it.</summary>
internal sealed record ViSnapshotTree(ViReference Snapshot, string Name)
{
    public ViSnapshotTree[]? ChildSnapshotList { get; init; }
}

/// <summary><c>Task/info</c>. <c>progress</c> is in percent, and unset before the task has said anything.</summary>
internal sealed record ViTaskInfo(string State)
{
    public const string Queued = "queued";
    public const string Running = "running";
    public const string Success = "success";
    public const string Error = "error";

    public int? Progress { get; init; }

    public string? Name { get; init; }

    public string? DescriptionId { get; init; }

    [JsonPropertyName("error")]
    public ViFault? Fault { get; init; }
}

/// <summary>
/// A fault, as an answer or within a task. The documentation has <c>faultMessage</c>; <c>faultstring</c> is what public clients read; <c>fault</c> and <c>localizedMessage</c> are how the
/// older interface wraps the fault of a task. All are read, for none of it could be tried against the product.
/// </summary>
internal sealed record ViFault
{
    [JsonPropertyName("_typeName")]
    public string? TypeName { get; init; }

    [JsonPropertyName("faultstring")]
    public string? FaultString { get; init; }

    public string? LocalizedMessage { get; init; }

    public ViMessage[]? FaultMessage { get; init; }

    public ViFault? Fault { get; init; }
}

/// <summary>A sentence of a fault.</summary>
internal sealed record ViMessage
{
    public string? Message { get; init; }
}

/// <summary><c>VirtualMachine.RelocateVM_Task</c>. Only the host is given: disks, pool and folder stay what they are.</summary>
internal sealed record ViRelocate(ViRelocateSpec Spec, string Priority);

/// <summary>Where to.</summary>
internal sealed record ViRelocateSpec(ViReference Host)
{
    [JsonPropertyName("_typeName")]
    [JsonPropertyOrder(-1)]
    public string TypeName { get; init; } = "VirtualMachineRelocateSpec";
}

/// <summary><c>VirtualMachine.CreateSnapshotEx_Task</c>.</summary>
internal sealed record ViCreateSnapshot(string Name, string Description, bool Memory);

/// <summary><c>VirtualMachineSnapshot.RevertToSnapshot_Task</c>.</summary>
internal sealed record ViRevert(bool SuppressPowerOn);

/// <summary><c>VirtualMachineSnapshot.RemoveSnapshot_Task</c>.</summary>
internal sealed record ViRemoveSnapshot(bool RemoveChildren, bool Consolidate);

/// <summary>A call whose parameters are all left out.</summary>
internal sealed record ViNothing;
