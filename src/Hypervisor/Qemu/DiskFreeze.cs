using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.Native;
using HpcVirt.Hypervisor.Qmp;

namespace HpcVirt.Hypervisor.Qemu;

/// <summary>Freezes the images of a guest that stands still: all at once, by an overlay each that the guest writes to from then on. QEMU brings to the disk what the guest has written before.</summary>
internal sealed class DiskFreeze(QemuMonitor monitor)
{
    /// <summary>Refuses disks that could not be frozen and copied, before anything is done.</summary>
    /// <exception cref="HypervisorException">One is no image in a file, or its file is not seen here.</exception>
    public void Require(IReadOnlyList<QemuDisk> disks)
    {
        foreach (QemuDisk disk in disks)
        {
            string why = disk.Format is not ("raw" or "qcow2" or "file") ? $"is of format '{disk.Format}', and only raw and qcow2 are known"
                : !Path.IsPathRooted(disk.Image) ? "is not named by its full path in the start command"
                : LibC.Look(disk.Image) is not { } file ? "is not seen from here under this path"
                : !file.IsRegular ? "is a device and no file"
                : "";
            if (why.Length > 0)
                throw new HypervisorException($"guest {monitor.Guest} writes to the disk {disk.Image}, which cannot be saved: it {why}. Give the guest an image in a file that every host and hpcvirt see, or leave the guest out.");
        }
    }

    /// <summary>Freezes them.</summary>
    /// <exception cref="HypervisorException">QEMU refuses; then none is frozen, and no file is left.</exception>
    public async Task<IReadOnlyList<FrozenDisk>> RunAsync(IReadOnlyList<QemuDisk> disks)
    {
        foreach (QemuDisk disk in disks.Where(static disk => File.Exists(disk.Overlay)))
        {
            throw new HypervisorException(
                $"{disk.Overlay} is there, and guest {monitor.Guest} does not use it: it holds what the guest wrote between an earlier snapshot and its end, and was not put back before the guest was started again. "
                + "It is of no use to the guest any more: remove it, or keep it elsewhere, and try again.");
        }

        var actions = new JsonArray([.. disks.Select(static disk => (JsonNode)Action(disk))]);
        try
        {
            // Not to be given up half way: whether it was done would not be known.
            await monitor.Connection.ExecuteAsync("transaction", new JsonObject { ["actions"] = actions }, CancellationToken.None);
        }
        catch (QmpException e) when (e.Fault is QmpFault.Refused)
        {
            foreach (QemuDisk disk in disks) File.Delete(disk.Overlay);
            throw new HypervisorException($"the disks of guest {monitor.Guest} on host {monitor.Host} could not be frozen ({e.Reason}). QEMU must be able to make files beside the images. Nothing is left of it.", e);
        }

        return [.. disks.Select(static disk => new FrozenDisk(disk.Image, disk.Format is "qcow2" ? "qcow2" : "raw", DiskImage.WrittenAt(disk.Image)))];
    }

    private static JsonObject Action(QemuDisk disk) => new()
    {
        ["type"] = "blockdev-snapshot-sync",
        ["data"] = new JsonObject
        {
            [disk.Device.Length > 0 ? "device" : "node-name"] = disk.Device.Length > 0 ? disk.Device : disk.NodeName,
            ["snapshot-file"] = disk.Overlay,
            ["snapshot-node-name"] = disk.OverlayName,
            ["format"] = "qcow2",
            ["mode"] = "absolute-paths",
        },
    };
}
