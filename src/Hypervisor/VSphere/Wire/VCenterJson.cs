using System;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace HpcVirt.Hypervisor.VSphere.Wire;

/// <summary>How records become JSON and come back: generated, strict about what is missing, and deep enough for a chain of 32 snapshots, each within the one before.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, MaxDepth = 256)]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(VmSummary[]))]
[JsonSerializable(typeof(HostSummary[]))]
[JsonSerializable(typeof(NicSummary[]))]
[JsonSerializable(typeof(NicInfo))]
[JsonSerializable(typeof(AutomationError))]
[JsonSerializable(typeof(ViReference[]))]
[JsonSerializable(typeof(ViReference))]
[JsonSerializable(typeof(ViServiceContent))]
[JsonSerializable(typeof(ViLogin))]
[JsonSerializable(typeof(ViRuntime))]
[JsonSerializable(typeof(ViSnapshotInfo))]
[JsonSerializable(typeof(ViTaskInfo))]
[JsonSerializable(typeof(ViFault))]
[JsonSerializable(typeof(ViRelocate))]
[JsonSerializable(typeof(ViCreateSnapshot))]
[JsonSerializable(typeof(ViRevert))]
[JsonSerializable(typeof(ViRemoveSnapshot))]
[JsonSerializable(typeof(ViNothing))]
internal sealed partial class VCenterJson : JsonSerializerContext
{
    /// <summary>A text alone; null if it is none.</summary>
    public static string? TextOf(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, Default.String);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
