using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.Qmp;

namespace HpcVirt.Hypervisor.Qemu;

/// <summary>
/// Takes devices out of a guest that cannot move with them, and plugs them in again where it is afterwards. QEMU refuses the copy itself while such a device is there, so they are out from before the copy until the
/// guest works at its target.
/// </summary>
internal sealed class DeviceUnplug(string guest, IReadOnlyList<PluggableDevice> devices, TimeSpan within, TimeProvider time)
{
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(10);

    /// <summary>Refuses to save a guest with a device that its start command leaves out: nobody could restore it.</summary>
    /// <exception cref="HypervisorException">One is plugged in.</exception>
    public static async Task RequireOutAsync(QemuMonitor monitor, IReadOnlyList<PluggableDevice> devices, CancellationToken cancel)
    {
        if (devices.Count == 0) return;
        HashSet<string> there = await ThereAsync(monitor, cancel);
        if (devices.FirstOrDefault(device => there.Contains(device.Id)) is { } device)
            throw new HypervisorException($"guest {monitor.Guest} on host {monitor.Host} has {device.Id}, which is named in guests[].unplug and so is not there when a saved guest is started: its state could not be restored. Unplug it before (device_del), or take it off that list.");
    }

    /// <summary>Unplugs those that are there; a guest whose move was broken off may lack one already.</summary>
    /// <exception cref="HypervisorException">The guest does not let one go.</exception>
    public async Task UnplugAsync(QemuMonitor source, CancellationToken cancel)
    {
        HashSet<string> there = await ThereAsync(source, cancel);
        PluggableDevice[] present = [.. devices.Where(device => there.Contains(device.Id))];
        foreach (PluggableDevice device in present) await source.Connection.ExecuteAsync("device_del", new JsonObject { ["id"] = device.Id }, cancel);
        long start = time.GetTimestamp();
        while (true)
        {
            there = await ThereAsync(source, cancel);
            string[] left = [.. present.Select(static device => device.Id).Where(there.Contains)];
            if (left.Length == 0) return;
            string? refused = Refused(source, left);
            if (refused is not null || time.GetElapsedTime(start) > within)
            {
                throw new HypervisorException(
                    $"guest {guest} on host {source.Host} has not let go of {string.Join(", ", left)} {(refused is not null ? "and refuses to" : $"within {within.TotalSeconds:0.###} s")}. "
                    + "Its system must take part: see that it has drivers for hot-plugging, and that nothing in it holds the device.");
            }

            await Task.Delay(LookAgainAfter, time, cancel);
        }
    }

    /// <summary>Plugs in those that are not there.</summary>
    /// <returns>What could not be plugged in, and why; null if all are there.</returns>
    public async Task<string?> PlugAsync(QemuMonitor at)
    {
        var troubles = new List<string>();
        try
        {
            HashSet<string> there = await ThereAsync(at, CancellationToken.None);
            foreach (PluggableDevice device in devices.Where(device => !there.Contains(device.Id)))
            {
                try
                {
                    await at.Connection.ExecuteAsync("device_add", device.ArgumentsFor(at.Host), CancellationToken.None);
                }
                catch (QmpException e) when (e.Fault is QmpFault.Refused)
                {
                    troubles.Add($"{device.Id} ({e.Reason})");
                }
            }
        }
        catch (QmpException e)
        {
            troubles.Add(e.Reason);
        }

        return troubles.Count == 0 ? null : $"on host {at.Host} the guest lacks devices that could not be plugged in: {string.Join(", ", troubles)}. Correct \"unplug\" in the file of guests, and plug them in by hand (device_add)";
    }

    private static string? Refused(QemuMonitor source, string[] left)
    {
        while (source.Connection.Events.TryRead(out QmpMessage.Event? happened))
        {
            if (happened.Name is "DEVICE_UNPLUG_GUEST_ERROR" && happened.Data.ValueKind is JsonValueKind.Object && happened.Data.TryGetProperty("device", out JsonElement device)
                && device.GetString() is { } id && left.Contains(id))
            {
                return id;
            }
        }

        return null;
    }

    /// <summary>Asked, and not taken from events: those can be missed, and tell nothing of a device that was never there.</summary>
    private static async Task<HashSet<string>> ThereAsync(QemuMonitor monitor, CancellationToken cancel)
    {
        JsonElement list = await monitor.Connection.ExecuteAsync("qom-list", new JsonObject { ["path"] = "/machine/peripheral" }, cancel);
        return list.ValueKind is JsonValueKind.Array ? [.. list.EnumerateArray().Select(static one => one.GetProperty("name").GetString()!)] : [];
    }
}
