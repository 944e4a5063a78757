using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace HpcVirt.Hypervisor;

/// <summary>Brings all guests of a set back, on the same hosts or on others.</summary>
/// <remarks><code>
/// verify every byte -> copy disks beside their places -> stop what still runs -> restore all, stopped -> (all are there) -> resume all
/// </code>
/// A disk's copy becomes its image when nothing is left of the old guest; the image that was there is kept under another name until all guests are back, and then removed. The set's own files are never written to.
/// Nothing is ended before the set is known to be whole. What still runs of the set's guests is ended: an old guest that talks to restored ones is worse than none.
/// If a guest cannot be restored, none goes on, and the same call can be made again.</remarks>
public sealed class SetRestore(IHypervisorBackend backend, GuestSetDirectory sets)
{
    /// <summary>Restores a set.</summary>
    /// <param name="manifest">The set, as <see cref="GuestSetDirectory.Verify"/> has returned it.</param>
    /// <param name="hosts">Which guest comes back where; guests that are not in it come back where they were.</param>
    /// <param name="deadline">Each guest must be back by then.</param>
    /// <param name="progress">Is told what is being done, and the share of it that is done; may be null.</param>
    /// <param name="cancel">Gives it up; then no guest goes on.</param>
    /// <exception cref="HypervisorException">A guest could not be restored.</exception>
    public async Task RunAsync(
        SetManifest manifest, IReadOnlyDictionary<string, string> hosts, TimeSpan deadline, Action<string, double>? progress = null, CancellationToken cancel = default)
    {
        if (manifest.Backend != backend.Name)
            throw new GuestSetException(sets.PathOf(manifest.Number), $"it was made by the backend {manifest.Backend}, and {backend.Name} cannot read its states. Choose --backend {manifest.Backend}.");
        IReadOnlyList<Guest> known = await backend.GuestsAsync(cancel);
        string[] strangers = [.. manifest.Guests.Select(static guest => guest.Name).Concat(hosts.Keys).Where(name => known.All(guest => guest.Name != name)).Distinct()];
        if (strangers.Length > 0) throw new HypervisorException($"the backend {backend.Name} does not know {string.Join(", ", strangers)}. Add what is missing to its file of guests.");

        SetDisk[] disks = [.. manifest.Guests.SelectMany(static guest => guest.Disks)];
        if (disks.Length > 0 && !backend.Capabilities.Disks)
            throw new HypervisorException($"guests of set {manifest.Number} have disks, and the backend {backend.Name} restores none. Nothing was ended.");
        try
        {
            Stage(manifest, progress, cancel);
            await RestoreAsync(manifest, known, hosts, deadline, progress, cancel);
        }
        finally
        {
            foreach (SetDisk disk in disks) DiskImage.Unstage(disk);
        }

        foreach (SetDisk disk in disks) DiskImage.Discard(disk);
    }

    private void Stage(SetManifest manifest, Action<string, double>? progress, CancellationToken cancel)
    {
        foreach (SetGuest guest in manifest.Guests)
        {
            foreach (SetDisk disk in guest.Disks)
                DiskImage.Stage(disk, Path.Combine(sets.PathOf(manifest.Number), disk.File), share => progress?.Invoke($"copy {disk.File}", share), cancel);
        }
    }

    private async Task RestoreAsync(
        SetManifest manifest, IReadOnlyList<Guest> known, IReadOnlyDictionary<string, string> hosts, TimeSpan deadline, Action<string, double>? progress, CancellationToken cancel)
    {
        progress?.Invoke("stop what still runs", 0);
        Guest[] alive = [.. known.Where(guest => guest.Condition is GuestCondition.Running && manifest.Guests.Any(one => one.Name == guest.Name))];
        await Task.WhenAll(alive.Select(guest => backend.PauseAsync(guest.Name, cancel)));
        progress?.Invoke("stop what still runs", 1);

        int restored = 0;
        Task all = Task.WhenAll(manifest.Guests.Select(async guest =>
        {
            await backend.RestoreAsync(
                guest.Name,
                new RestoreOptions
                {
                    File = Path.Combine(sets.PathOf(manifest.Number), guest.File),
                    Host = hosts.GetValueOrDefault(guest.Name, guest.Host),
                    Compression = manifest.Compression,
                    EndsRunning = true,
                    Disks = [.. guest.Disks.Select(static disk => disk.Path)],
                    BeforeStart = guest.Disks.Count == 0 ? null : _ => PlaceAsync(guest),
                    Deadline = deadline,
                },
                cancel);
            progress?.Invoke("restore all", (double)Interlocked.Increment(ref restored) / manifest.Guests.Count);
        }));
        try
        {
            await all;
        }
        catch (HypervisorException) when (all.Exception is { } errors)
        {
            throw new HypervisorException($"set {manifest.Number} was not restored, and no guest of it goes on: {string.Join(" ", errors.InnerExceptions.Select(static error => error.Message))} The set is intact: correct this and restore again.{Left(manifest)}", errors);
        }

        // One after the other would be as right: who goes on early waits for the others' answers, as after any pause.
        await Task.WhenAll(manifest.Guests.Where(static guest => guest.WasRunning).Select(guest => backend.ResumeAsync(guest.Name, CancellationToken.None)));
    }

    private static Task PlaceAsync(SetGuest guest)
    {
        try
        {
            foreach (SetDisk disk in guest.Disks) DiskImage.Place(disk);
            return Task.CompletedTask;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HypervisorException($"the disks of guest {guest.Name} could not be put in place ({e.Message.TrimEnd('.')}).", e);
        }
    }

    /// <summary>What a restore that failed has left beside the images.</summary>
    private static string Left(SetManifest manifest)
    {
        string[] kept = [.. manifest.Guests.SelectMany(static guest => guest.Disks).Select(static disk => DiskImage.KeptOf(disk.Path)).Where(File.Exists)];
        return kept.Length == 0 ? "" : $" Disks as they were before are in {string.Join(", ", kept)}; a restore that succeeds removes them.";
    }
}
