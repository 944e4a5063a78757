using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace HpcVirt.Hypervisor;

/// <summary>
/// What a hypervisor must be able to do for a job in virtual machines. Every verb has a deadline of its own, says what it did only after it is done, and
/// leaves the guest where it was when it fails. Calls for different guests may run side by side; for one guest they follow one another.
/// </summary>
/// <remarks>A backend of your own passes the contract in tests/Hypervisor.Contract; docs/operating/backends.md shows how to write one.</remarks>
public interface IHypervisorBackend : IAsyncDisposable
{
    /// <summary>What this backend is called: in messages, and in the manifests of sets.</summary>
    string Name { get; }

    /// <summary>What it can do here, asked and not guessed.</summary>
    BackendCapabilities Capabilities { get; }

    /// <summary>All guests, where they are, and what they do. A guest that does not answer is listed too.</summary>
    Task<IReadOnlyList<Guest>> GuestsAsync(CancellationToken cancel = default);

    /// <summary>All hosts, and how much room they have. A backend that describes none returns an empty list; then nothing is known of room and processors.</summary>
    Task<IReadOnlyList<HypervisorHost>> HostsAsync(CancellationToken cancel = default) => Task.FromResult<IReadOnlyList<HypervisorHost>>([]);

    /// <summary>Stops a guest's processors; it is stopped when this returns. Of no effect on a guest that is stopped.</summary>
    Task PauseAsync(string guest, CancellationToken cancel = default);

    /// <summary>Lets a guest go on. Of no effect on a guest that runs.</summary>
    Task ResumeAsync(string guest, CancellationToken cancel = default);

    /// <summary>Saves a guest's whole state into a file that must not exist. The guest is stopped and stays so, unless it is saved in the background.</summary>
    Task<SavedState> SaveAsync(string guest, SaveOptions options, CancellationToken cancel = default);

    /// <summary>
    /// Ends what <see cref="SaveOptions.WithDisks"/> has begun: what the guest has written beside its disks since goes into their images, while it works. Of no effect where there is nothing beside them, so it
    /// may be called after any save, and finishes what a program that has died has left. A save with disks and a move do the same before they begin.
    /// </summary>
    /// <param name="guest">The guest's name.</param>
    /// <param name="deadline">It must be over by then, or it is given up; then the guest works on as before.</param>
    /// <param name="progress">Is told the share that is done; may be null.</param>
    /// <param name="cancel">Gives it up.</param>
    Task MergeDisksAsync(string guest, TimeSpan deadline, Action<double>? progress = null, CancellationToken cancel = default) => Task.CompletedTask;

    /// <summary>Brings a guest back from a file, on the host of the options, and leaves it stopped.</summary>
    Task RestoreAsync(string guest, RestoreOptions options, CancellationToken cancel = default);

    /// <summary>Moves a guest to another host while it works. Cancelling leaves it where it was, unless it has arrived by then.</summary>
    /// <param name="guest">The guest's name.</param>
    /// <param name="options">Where to, and how.</param>
    /// <param name="progress">Is told often; may be null.</param>
    /// <param name="cancel">Gives the move up.</param>
    /// <exception cref="OperationCanceledException">It was given up; the guest works on where it was.</exception>
    /// <exception cref="MigrationFailedException">It failed; the exception says where the guest is.</exception>
    Task<MigrationResult> MigrateAsync(string guest, MigrationOptions options, IProgress<MigrationProgress>? progress = null, CancellationToken cancel = default);

    /// <summary>Puts a guest's network links up or down.</summary>
    Task SetLinkAsync(string guest, bool isUp, CancellationToken cancel = default);
}
