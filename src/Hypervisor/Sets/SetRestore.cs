using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace HpcVirt.Hypervisor;

/// <summary>Brings all guests of a set back, on the same hosts or on others.</summary>
/// <remarks><code>
/// verify every byte -> stop what still runs -> restore all, stopped -> (all are there) -> resume all
/// </code>
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
            throw new HypervisorException($"set {manifest.Number} was not restored, and no guest of it goes on: {string.Join(" ", errors.InnerExceptions.Select(static error => error.Message))} The set is intact: correct this and restore again.", errors);
        }

        // One after the other would be as right: who goes on early waits for the others' answers, as after any pause.
        await Task.WhenAll(manifest.Guests.Where(static guest => guest.WasRunning).Select(guest => backend.ResumeAsync(guest.Name, CancellationToken.None)));
    }
}
