using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace HpcVirt.Hypervisor;

/// <summary>The disks of a set that is being made: copied while the guests write beside them, and merged whatever has happened.</summary>
internal sealed class SetDisks(IHypervisorBackend backend, TimeSpan deadline, Action<string, double>? progress)
{
    private readonly Dictionary<string, Task<string?>> _merges = [];

    public bool AreThere => backend.Capabilities.Disks;

    /// <summary>What a snapshot has left that was broken off is merged before a new one begins, while the guests work.</summary>
    /// <exception cref="HypervisorException">It could not be; nothing has been stopped.</exception>
    public async Task MergeLeftoversAsync(IReadOnlyList<Guest> guests, CancellationToken cancel)
    {
        if (AreThere) await Task.WhenAll(guests.Select(guest => backend.MergeDisksAsync(guest.Name, deadline, null, cancel)));
    }

    /// <summary>Copies a guest's disks into the set, and begins to merge what it has written meanwhile.</summary>
    public IReadOnlyList<SetDisk> Copy(string guest, SavedState saved, string partial, CancellationToken cancel)
    {
        var disks = new List<SetDisk>();
        foreach ((int at, FrozenDisk disk) in saved.Disks.Index())
        {
            string file = $"{guest}.{at}.disk";
            (long lengthBytes, string checksum) = DiskImage.Copy(disk.Path, Path.Combine(partial, file), share => progress?.Invoke($"copy disk {at} of {guest}", share), cancel);
            // Nobody owns a guest between two verbs: a second snapshot or a move merges what this one has frozen.
            if (DiskImage.WrittenAt(disk.Path) != disk.WrittenAt)
                throw new HypervisorException($"the disk {disk.Path} of guest {guest} was written to while it was copied: another snapshot or a move has merged it. There is no set; the guests go on. Make one at a time.");
            disks.Add(new SetDisk(disk.Path, disk.Format, file, lengthBytes, checksum));
        }

        if (disks.Count > 0) _ = Merging(guest);
        return disks;
    }

    /// <summary>Merges what has been written beside the disks of these guests, and waits for it.</summary>
    /// <returns>What could not be merged, and how to go on.</returns>
    public async Task<IReadOnlyList<string>> MergeAsync(IEnumerable<string> guests) =>
        AreThere ? [.. (await Task.WhenAll(guests.Select(Merging))).OfType<string>()] : [];

    /// <summary>Not given up with the snapshot: a guest that is left on an overlay is the worse off, and it takes as long as what was written since.</summary>
    private Task<string?> Merging(string guest) => _merges.TryGetValue(guest, out Task<string?>? merge) ? merge : _merges[guest] = MergeAsync(guest);

    private async Task<string?> MergeAsync(string guest)
    {
        try
        {
            await backend.MergeDisksAsync(guest, deadline, share => progress?.Invoke($"merge disks of {guest}", share));
            return null;
        }
        catch (HypervisorException e)
        {
            return e.Message;
        }
    }
}
