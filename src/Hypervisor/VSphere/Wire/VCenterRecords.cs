using System.Text.Json.Serialization;

namespace HpcVirt.Hypervisor.VSphere.Wire;

/// <summary><c>GET /api/vcenter/vm</c>: one machine. Memory is unset while vCenter cannot read its configuration.</summary>
internal sealed record VmSummary([property: JsonPropertyName("vm")] string Vm, [property: JsonPropertyName("name")] string Name)
{
    [JsonPropertyName("memory_size_MiB")]
    public long? MemoryMib { get; init; }
}

/// <summary><c>GET /api/vcenter/host</c>: one host.</summary>
internal sealed record HostSummary([property: JsonPropertyName("host")] string Host, [property: JsonPropertyName("name")] string Name, [property: JsonPropertyName("connection_state")] string ConnectionState)
{
    public const string Connected = "CONNECTED";
}

/// <summary><c>GET /api/vcenter/vm/{vm}/hardware/ethernet</c>: one adapter.</summary>
internal sealed record NicSummary([property: JsonPropertyName("nic")] string Nic);

/// <summary><c>GET /api/vcenter/vm/{vm}/hardware/ethernet/{nic}</c>.</summary>
internal sealed record NicInfo([property: JsonPropertyName("state")] string State)
{
    public const string Connected = "CONNECTED";
    public const string NotConnected = "NOT_CONNECTED";
}

/// <summary>The body of an error of the Automation API.</summary>
internal sealed record AutomationError
{
    [JsonPropertyName("error_type")]
    public string? ErrorType { get; init; }

    [JsonPropertyName("messages")]
    public AutomationMessage[]? Messages { get; init; }
}

/// <summary>One of its messages.</summary>
internal sealed record AutomationMessage
{
    [JsonPropertyName("default_message")]
    public string? DefaultMessage { get; init; }
}
