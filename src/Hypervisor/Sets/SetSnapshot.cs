using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace HpcVirt.Hypervisor;

/// <summary>Saves all guests of a job at one instant.</summary>
/// <remarks><code>
/// pause all -> (all stand still) -> freeze disks, save all -> (all are in their files) -> resume all -> copy disks -> checksums -> fsync -> manifest -> rename -> fsync
/// </code>
/// Guests go on before the commit: their states are in the files by then, and what the disk still has to do need not keep the job waiting. If the commit fails
/// there is no set, and the job has lost nothing. Whatever fails, guests that were running go on.
/// <code>
/// prepare all -> silence the job -> (silent) -> each guest's instant: milliseconds -> (all have passed) -> release the job -> all are in their files -> ... -> rename
/// </code>
/// In the background the job is silent for the instants only.
/// Disks are frozen while all guests stand still; from then on a guest writes beside them. They are copied while it works, and merged with what it has written as soon as it has its copies, whatever
/// becomes of the set. A merge that fails costs no set: the guest works on beside its disks, and the next snapshot finishes it.</remarks>
public sealed class SetSnapshot(IHypervisorBackend backend, GuestSetDirectory sets, TimeProvider time)
{
    /// <summary>Makes a set.</summary>
    /// <param name="options">Of what, and how.</param>
    /// <param name="progress">Is told what is being done, and the share of it that is done; may be null.</param>
    /// <param name="cancel">Gives it up; the guests go on.</param>
    /// <exception cref="HypervisorException">It could not be made; nothing is left of it, and the guests go on.</exception>
    public async Task<SnapshotResult> RunAsync(SnapshotOptions options, Action<string, double>? progress = null, CancellationToken cancel = default)
    {
        if (!backend.Capabilities.SaveAndRestore) throw new HypervisorException($"the backend {backend.Name} saves no guests.");
        if (options.SilenceJob is not null && !options.InBackground)
            throw new HypervisorException("only guests that are saved in the background need a silent job; held guests stand still together. Leave the silencing out, or save in the background.");
        if (options.InBackground && options is { Silence: not SetSilence.Quiesced, SilenceJob: null })
            throw new HypervisorException("guests that are saved in the background have no common instant. Silence the job and say so, or let them be held.");
        if (options.InBackground && !backend.Capabilities.BackgroundSave) throw new HypervisorException($"the backend {backend.Name} saves no guests in the background.");
        IReadOnlyList<Guest> guests = await ChooseAsync(options, cancel);
        var disks = new SetDisks(backend, options.Deadline, progress);
        await disks.MergeLeftoversAsync(guests, cancel);
        string? partial = null;
        try
        {
            (long number, partial) = sets.Begin();
            return await RunAsync(options, guests, disks, number, partial, progress, cancel);
        }
        catch (Exception e)
        {
            string left = string.Join(" ", partial is null ? [] : await disks.MergeAsync(guests.Select(static guest => guest.Name)));
            if (partial is not null) GuestSetDirectory.Abandon(partial);
            if (e is IOException or UnauthorizedAccessException)
                throw new HypervisorException($"the set could not be written to {sets.Location}: {e.Message.TrimEnd('.')}. The guests go on; make room, or name another directory. {left}".TrimEnd(), e);
            if (left.Length > 0) throw new HypervisorException($"{e.Message} {left}", e);
            throw;
        }
    }

    private async Task<SnapshotResult> RunAsync(
        SnapshotOptions options, IReadOnlyList<Guest> guests, SetDisks disks, long number, string partial, Action<string, double>? progress, CancellationToken cancel)
    {
        long start = time.GetTimestamp();
        long Now() => (long)time.GetElapsedTime(start).TotalMicroseconds;
        long stopTook = 0, saveTook, released;
        long[] stoppedAt = new long[guests.Count], saveFrom = new long[guests.Count], savedAt = new long[guests.Count];
        var states = new SavedState[guests.Count];
        bool isHeld = !options.InBackground;
        using SharedSilence? silence = options.SilenceJob is null ? null : new SharedSilence(guests.Count, options, time, cancel);
        try
        {
            if (isHeld)
            {
                progress?.Invoke("stop all", 0);
                await AllAsync(guests, async (guest, at) =>
                {
                    await backend.PauseAsync(guest.Name, cancel);
                    stoppedAt[at] = Now();
                });
                stopTook = Now();
                progress?.Invoke("stop all", 1);
            }

            int saved = 0;
            await AllAsync(guests, async (guest, at) =>
            {
                saveFrom[at] = Now();
                if (!isHeld) stoppedAt[at] = saveFrom[at];
                var save = new SaveOptions
                {
                    File = Path.Combine(partial, FileOf(guest)),
                    Compression = options.Compression,
                    InBackground = options.InBackground,
                    WithDisks = disks.AreThere,
                    Deadline = options.Deadline,
                    BeforeInstant = silence is null ? null : silence.ReadyAsync,
                    AfterInstant = silence is null ? null : silence.Passed,
                };
                try
                {
                    states[at] = await backend.SaveAsync(guest.Name, save, silence?.Token ?? cancel);
                }
                catch
                {
                    silence?.GiveUp();
                    throw;
                }

                savedAt[at] = Now();
                progress?.Invoke("save all", (double)Interlocked.Increment(ref saved) / guests.Count);
            });
            saveTook = Now() - stopTook;
        }
        catch (OperationCanceledException e) when (silence is not null && !cancel.IsCancellationRequested)
        {
            throw new HypervisorException($"the job was held for {options.HoldDeadline.TotalSeconds:0.###} s, and not all guests had begun to be saved. Nothing was saved; the job goes on.", e);
        }
        finally
        {
            released = Now();
            if (isHeld) await ResumeAsync(guests);
            if (silence is not null) await silence.ReleaseAsync();
        }

        // First the disks: what guests write beside them grows until they are merged.
        long committing = Now();
        IReadOnlyList<SetDisk>[] copies = [.. guests.Select((guest, at) => disks.Copy(guest.Name, states[at], partial, cancel))];
        long disksTook = Now() - committing;
        var members = new List<SetGuest>();
        foreach ((int at, Guest guest) in guests.Index())
        {
            (long lengthBytes, string checksum) = GuestSetDirectory.ReadFile(Path.Combine(partial, FileOf(guest)), share => progress?.Invoke($"checksum {guest.Name}", share));
            members.Add(new SetGuest(guest.Name, guest.Host!, FileOf(guest), lengthBytes, checksum, guest.Condition is GuestCondition.Running, stoppedAt[at], saveFrom[at], savedAt[at]) { Disks = copies[at] });
        }

        var manifest = new SetManifest
        {
            Number = number,
            WrittenAt = time.GetUtcNow(),
            Backend = backend.Name,
            Compression = options.Compression,
            Silence = options.InBackground ? SetSilence.Quiesced : options.Silence,
            ReleasedAtMicroseconds = released,
            Guests = members,
        };
        sets.Commit(manifest);
        return new SnapshotResult(manifest, sets.PathOf(number), isHeld ? Span(committing) : silence?.HeldFor, Span(stopTook), Span(saveTook), Span(Now() - committing))
        {
            DisksTook = Span(disksTook),
            Remarks = await disks.MergeAsync(members.Where(static guest => guest.Disks.Count > 0).Select(static guest => guest.Name)),
        };
    }

    private static string FileOf(Guest guest) => guest.Name + ".state";

    private static TimeSpan Span(long microseconds) => TimeSpan.FromMicroseconds(microseconds);

    /// <summary>For all at once, and none is left alone when one fails.</summary>
    private static async Task AllAsync(IReadOnlyList<Guest> guests, Func<Guest, int, Task> verb) => await Task.WhenAll(guests.Select(verb));

    private async Task<IReadOnlyList<Guest>> ChooseAsync(SnapshotOptions options, CancellationToken cancel)
    {
        IReadOnlyList<Guest> all = await backend.GuestsAsync(cancel);
        if (options.Guests.FirstOrDefault(name => all.All(guest => guest.Name != name)) is { } stranger)
            throw new HypervisorException($"there is no guest '{stranger}'; there are {string.Join(", ", all.Select(static guest => guest.Name))}.");
        Guest[] chosen = options.Guests.Count == 0 ? [.. all] : [.. all.Where(guest => options.Guests.Contains(guest.Name))];
        if (chosen.Length == 0) throw new HypervisorException("there are no guests to save.");
        return chosen.FirstOrDefault(static guest => guest.Condition is not (GuestCondition.Running or GuestCondition.Paused)) is { } missing
            ? throw new HypervisorException($"guest {missing.Name} cannot be saved, and a set without it would be no set of the job: it is {missing.Condition}. {missing.Remark}")
            : chosen;
    }

    /// <summary>Those go on that were running, whatever has happened to the others.</summary>
    private async Task ResumeAsync(IReadOnlyList<Guest> guests)
    {
        Guest[] running = [.. guests.Where(static guest => guest.Condition is GuestCondition.Running)];
        Task all = Task.WhenAll(running.Select(guest => backend.ResumeAsync(guest.Name, CancellationToken.None)));
        try
        {
            await all;
        }
        catch (HypervisorException) when (all.Exception is { } errors)
        {
            throw new HypervisorException($"after a snapshot, guests did not go on: {string.Join(" ", errors.InnerExceptions.Select(static error => error.Message))}", errors);
        }
    }
}
