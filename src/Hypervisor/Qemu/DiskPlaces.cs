using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Hypervisor.Qemu;

/// <summary>Sees to it that a process of a guest has the disks that belong to its memory.</summary>
internal static class DiskPlaces
{
    /// <summary>A guest that comes back must have the disks of its set, and may write to no others.</summary>
    /// <exception cref="HypervisorException">The start command gives it others.</exception>
    public static void RequireThose(QemuMonitor started, IReadOnlyList<QemuDisk> disks, IReadOnlyList<string> wanted)
    {
        string[] has = [.. disks.Select(static disk => disk.Image)];
        string[] missing = [.. wanted.Except(has)], strange = [.. has.Except(wanted)];
        if (missing.Length == 0 && strange.Length == 0) return;
        throw new HypervisorException(
            $"the start command gives guest {started.Guest} on host {started.Host} other disks than were saved with its memory:"
            + (missing.Length > 0 ? $" it lacks {string.Join(", ", missing)};" : "") + (strange.Length > 0 ? $" {string.Join(", ", strange)} is not in the saved state;" : "")
            + " memory and disks would not agree. Correct \"start\" in the file of guests.");
    }

    /// <summary>A guest that moves finds its disks where they are: on storage that both hosts share, under the same path.</summary>
    /// <exception cref="HypervisorException">The target has other disks.</exception>
    public static void RequireSame(QemuMonitor source, IReadOnlyList<QemuDisk> disks, IReadOnlyList<QemuDisk> atTarget, string targetHost)
    {
        foreach (QemuDisk disk in disks)
        {
            if (atTarget.FirstOrDefault(one => one.File == disk.File) is { } there && (there.VirtualBytes == disk.VirtualBytes || there.VirtualBytes == 0)) continue;
            throw new HypervisorException(
                $"guest {source.Guest} writes to {disk.File} ({disk.VirtualBytes >> 20} MiB), and on host {targetHost} it is started with {(atTarget.Count == 0 ? "no disk" : string.Join(", ", atTarget.Select(static one => $"{one.File} ({one.VirtualBytes >> 20} MiB)")))}. "
                + "A move takes memory along and no disks: put them on storage that both hosts share, under the same path.");
        }
    }
}
