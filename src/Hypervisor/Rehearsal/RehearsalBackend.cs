using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace HpcVirt.Hypervisor.Rehearsal;

/// <summary>Moves nothing, and takes the time: for trying out policies, guards and scripts. Fails on request.</summary>
public sealed class RehearsalBackend : IHypervisorBackend
{
    private const int Slices = 20;
    private const string StateMagic = "hpcvirt rehearsed state of ";

    private readonly Lock _lock = new();
    private readonly RehearsalOptions _options;
    private readonly TimeProvider _time;
    private readonly string[] _hosts;
    private readonly Dictionary<string, Guest> _guests;
    private readonly Dictionary<(RehearsedVerb Verb, string Guest), string> _failures = [];
    private readonly List<string> _story = [];
    private readonly RehearsedPlaces? _places;

    /// <summary>A hypervisor that is not there.</summary>
    /// <param name="options">Its guests, and how long it takes.</param>
    /// <param name="time">The clock by which it takes its time.</param>
    public RehearsalBackend(RehearsalOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _hosts = [.. options.Hosts.Concat(options.Guests.Values).Distinct()];
        _places = options.StateFile is { } file ? new RehearsedPlaces(file) : null;
        _guests = options.Guests.ToDictionary(static one => one.Key, one => new Guest(one.Key, one.Value, GuestCondition.Running, options.MemoryBytes) { Cpu = options.GuestCpus.GetValueOrDefault(one.Key) });
    }

    /// <inheritdoc/>
    public string Name => "rehearsal";

    /// <inheritdoc/>
    public BackendCapabilities Capabilities { get; } = new()
    {
        LiveMigration = true,
        Postcopy = true,
        Multifd = true,
        HoldBeforeSwitchOver = true,
        SaveAndRestore = true,
        BackgroundSave = true,
        Links = true,
    };

    /// <summary>What was done, in order: a verb and a guest each.</summary>
    public IReadOnlyList<string> Story
    {
        get
        {
            lock (_lock) return [.. _story];
        }
    }

    /// <summary>Makes a verb fail for a guest, once.</summary>
    public void FailOnce(RehearsedVerb verb, string guest, string reason)
    {
        lock (_lock) _failures[(verb, guest)] = reason;
    }

    /// <summary>Takes a guest away, as the death of its host does.</summary>
    public void Lose(string guest) => Change(guest, static known => known with { Host = null, Condition = GuestCondition.Absent });

    /// <inheritdoc/>
    public Task<IReadOnlyList<Guest>> GuestsAsync(CancellationToken cancel = default)
    {
        lock (_lock)
        {
            Recall();
            return Task.FromResult<IReadOnlyList<Guest>>([.. _guests.Values]);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<HypervisorHost>> HostsAsync(CancellationToken cancel = default) =>
        Task.FromResult<IReadOnlyList<HypervisorHost>>([.. _hosts.Select(name => _options.HostList.FirstOrDefault(host => host.Name == name) ?? new HypervisorHost(name))]);

    /// <inheritdoc/>
    public Task PauseAsync(string guest, CancellationToken cancel = default) => DoAsync(RehearsedVerb.Pause, guest, GuestCondition.Paused, cancel);

    /// <inheritdoc/>
    public Task ResumeAsync(string guest, CancellationToken cancel = default) => DoAsync(RehearsedVerb.Resume, guest, GuestCondition.Running, cancel);

    /// <inheritdoc/>
    public async Task<SavedState> SaveAsync(string guest, SaveOptions options, CancellationToken cancel = default)
    {
        Present(guest);
        if (File.Exists(options.File)) throw new HypervisorException($"{options.File} exists, and no state is written over another. Name a new file.");
        if (options.Compression is not StateCompression.None) throw new HypervisorException("a rehearsed state is not compressed. Leave the compression out.");
        long start = _time.GetTimestamp();
        if (options.BeforeInstant is { } before) await before(cancel);
        if (!options.InBackground) Change(guest, static known => known with { Condition = GuestCondition.Paused });
        FailIfAsked(RehearsedVerb.Save, guest);
        options.AfterInstant?.Invoke();
        await CopyAsync(null, cancel);
        await File.WriteAllTextAsync(options.File, StateMagic + guest, cancel);
        Tell("save", guest);
        return new SavedState(options.File, new FileInfo(options.File).Length, _time.GetElapsedTime(start));
    }

    /// <inheritdoc/>
    public async Task RestoreAsync(string guest, RestoreOptions options, CancellationToken cancel = default)
    {
        Guest known = Known(guest);
        RequireHost(options.Host);
        if (!File.Exists(options.File)) throw new HypervisorException($"there is no state {options.File} to restore guest {guest} from.");
        if (await File.ReadAllTextAsync(options.File, cancel) != StateMagic + guest)
            throw new HypervisorException($"{options.File} is no rehearsed state of guest {guest}. Name the file that it was saved in.");
        if (known.Host is not null && !options.EndsRunning)
            throw new HypervisorException($"guest {guest} is still on host {known.Host}. End it first, or allow that it is ended.");
        Lose(guest);
        FailIfAsked(RehearsedVerb.Restore, guest);
        await CopyAsync(null, cancel);
        Change(guest, one => one with { Host = options.Host, Condition = GuestCondition.Paused });
        Tell("restore", guest);
    }

    /// <inheritdoc/>
    public async Task<MigrationResult> MigrateAsync(string guest, MigrationOptions options, IProgress<MigrationProgress>? progress = null, CancellationToken cancel = default)
    {
        options.Validate();
        if (options.Links is LinkTreatment.Drop) throw new HypervisorException("the rehearsal has no devices to unplug. Keep the links.");
        Guest known = Present(guest);
        RequireHost(options.TargetHost);
        if (known.Host == options.TargetHost) throw new HypervisorException($"guest {guest} is on host {known.Host} already.");
        CpuFeatures? needed = known.Cpu ?? _options.HostList.FirstOrDefault(host => host.Name == known.Host)?.Cpu;
        if (needed?.WhyNotOn(_options.HostList.FirstOrDefault(host => host.Name == options.TargetHost)?.Cpu) is { } reason)
            throw new HypervisorException($"guest {guest} cannot work on host {options.TargetHost}: {reason}. Nothing was moved; choose another host.");
        long start = _time.GetTimestamp();
        await CopyAsync(progress, cancel);
        TimeSpan? heldFor = null;
        try
        {
            FailIfAsked(RehearsedVerb.Migrate, guest);
            if (options.BeforeSwitchOver is { } hold && known.Condition is GuestCondition.Running)
            {
                long held = _time.GetTimestamp();
                progress?.Report(new MigrationProgress(MigrationPhase.Holding, _options.MemoryBytes, _options.MemoryBytes, 0, 1, 0));
                await HoldAsync(hold, options.HoldDeadline, cancel);
                await Task.Delay(_options.Downtime, _time, cancel);
                heldFor = _time.GetElapsedTime(held);
            }
            else
            {
                await Task.Delay(_options.Downtime, _time, cancel);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new MigrationFailedException(guest, known.Host, $"{e.Message.TrimEnd('.')}.", e);
        }

        Change(guest, one => one with { Host = options.TargetHost });
        Tell("migrate", guest);
        if (heldFor is not null && options.AfterSwitchOver is { } after) await after();
        progress?.Report(new MigrationProgress(MigrationPhase.Done, _options.MemoryBytes, _options.MemoryBytes, 0, 1, 0));
        return new MigrationResult
        {
            Guest = guest,
            From = known.Host!,
            To = options.TargetHost,
            Took = _time.GetElapsedTime(start),
            Downtime = _options.Downtime,
            HeldFor = heldFor,
            SentBytes = _options.MemoryBytes,
            WasPostcopy = options.Mode is MigrationMode.Postcopy,
            Remark = "rehearsed: nothing was moved",
        };
    }

    /// <inheritdoc/>
    public Task SetLinkAsync(string guest, bool isUp, CancellationToken cancel = default) => DoAsync(RehearsedVerb.Link, guest, null, cancel);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task HoldAsync(Func<CancellationToken, Task> hold, TimeSpan within, CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(within, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        try
        {
            await hold(either.Token).WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new HypervisorException(string.Create(CultureInfo.InvariantCulture, $"the job was not silent within {within.TotalSeconds:0.###} s"));
        }
    }

    private async Task DoAsync(RehearsedVerb verb, string guest, GuestCondition? leadsTo, CancellationToken cancel)
    {
        Present(guest);
        FailIfAsked(verb, guest);
        await Task.Delay(_options.ShortVerb, _time, cancel);
        if (leadsTo is { } condition) Change(guest, known => known with { Condition = condition });
        Tell(verb switch { RehearsedVerb.Pause => "pause", RehearsedVerb.Resume => "resume", _ => "link" }, guest);
    }

    private async Task CopyAsync(IProgress<MigrationProgress>? progress, CancellationToken cancel)
    {
        TimeSpan slice = TimeSpan.FromSeconds((double)_options.MemoryBytes / _options.BytesPerSecond / Slices);
        for (int done = 1; done <= Slices; done++)
        {
            await Task.Delay(slice, _time, cancel);
            long sent = _options.MemoryBytes / Slices * done;
            progress?.Report(new MigrationProgress(MigrationPhase.Copying, _options.MemoryBytes, sent, _options.MemoryBytes - sent, 1, 0));
        }
    }

    private Guest Known(string guest)
    {
        lock (_lock)
        {
            Recall();
            return _guests.TryGetValue(guest, out Guest? known) ? known : throw new HypervisorException($"there is no guest '{guest}' in this rehearsal; there are {string.Join(", ", _guests.Keys)}.");
        }
    }

    private Guest Present(string guest) =>
        Known(guest) is { Host: not null } known ? known : throw new HypervisorException($"guest {guest} is on no host. Restore it from a set.");

    private void RequireHost(string host)
    {
        if (!_hosts.Contains(host)) throw new HypervisorException($"there is no host '{host}' in this rehearsal; there are {string.Join(", ", _hosts)}.");
    }

    private void Change(string guest, Func<Guest, Guest> change)
    {
        lock (_lock)
        {
            Recall();
            _guests[guest] = change(_guests[guest]);
            _places?.Write(_guests.Values);
        }
    }

    /// <summary>What another process of the tool has done since is taken over.</summary>
    private void Recall()
    {
        foreach ((string guest, string? host, GuestCondition condition) in _places?.Read() ?? [])
        {
            if (_guests.TryGetValue(guest, out Guest? known)) _guests[guest] = known with { Host = host, Condition = condition };
        }
    }

    private void FailIfAsked(RehearsedVerb verb, string guest)
    {
        lock (_lock)
        {
            if (_failures.Remove((verb, guest), out string? reason)) throw new HypervisorException(reason);
        }
    }

    private void Tell(string verb, string guest)
    {
        lock (_lock) _story.Add($"{verb} {guest}");
    }
}
