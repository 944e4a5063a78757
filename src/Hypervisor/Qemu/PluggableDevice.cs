using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using static HpcVirt.Hypervisor.Qemu.GuestFileWords;

namespace HpcVirt.Hypervisor.Qemu;

/// <summary>A device that does not move: unplugged before, plugged in afterwards with the arguments of QEMU's <c>device_add</c>, some of which differ from host to host.</summary>
internal sealed record PluggableDevice(string Id, JsonObject Arguments, IReadOnlyDictionary<string, JsonObject> ArgumentsOn)
{
    private const string HostsWord = "on";

    /// <summary>The arguments of <c>device_add</c> on a host.</summary>
    public JsonObject ArgumentsFor(string host)
    {
        JsonObject all = Arguments.DeepClone().AsObject();
        if (ArgumentsOn.TryGetValue(host, out JsonObject? own))
        {
            foreach ((string name, JsonNode? value) in own) all[name] = value?.DeepClone();
        }

        return all;
    }

    /// <summary>Reads the list <c>unplug</c> of a guest: <c>{ "id": "ib0", "driver": "vfio-pci", "on": { "a": { "host": "0000:3b:00.2" } } }</c>.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public static IReadOnlyList<PluggableDevice> ReadAll(JsonElement guest, string name)
    {
        if (!guest.TryGetProperty("unplug", out JsonElement list)) return [];
        if (list.ValueKind is not JsonValueKind.Array || list.EnumerateArray().Any(static one => one.ValueKind is not JsonValueKind.Object))
            throw new FormatException($"\"unplug\" of {name} is no list of devices");
        PluggableDevice[] devices = [.. list.EnumerateArray().Select(device => Read(device, name))];
        return devices.Select(static device => device.Id).Distinct().Count() == devices.Length ? devices : throw new FormatException($"\"unplug\" of {name} has a device twice");
    }

    private static PluggableDevice Read(JsonElement device, string name)
    {
        string id = Text(device, "id", $"a device of {name}");
        _ = Text(device, "driver", $"device {id} of {name}");
        JsonObject arguments = JsonObject.Create(device.Clone())!;
        var own = new Dictionary<string, JsonObject>();
        if (device.TryGetProperty(HostsWord, out JsonElement hosts))
        {
            if (hosts.ValueKind is not JsonValueKind.Object || hosts.EnumerateObject().Any(static one => one.Value.ValueKind is not JsonValueKind.Object))
                throw new FormatException($"\"{HostsWord}\" of device {id} of {name} is no object of hosts");
            foreach (JsonProperty host in hosts.EnumerateObject()) own[host.Name] = JsonObject.Create(host.Value.Clone())!;
            _ = arguments.Remove(HostsWord);
        }

        return new PluggableDevice(id, arguments, own);
    }
}
