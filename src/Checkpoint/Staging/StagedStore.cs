using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Checkpoint.Formats;
using HpcVirt.Checkpoint.Mesh;
using HpcVirt.Checkpoint.Protocol;

namespace HpcVirt.Checkpoint;

/// <summary>
/// The checkpoints of one job in several tiers: staged in memory while the rank stands still for a copy of what has changed, and checksummed,
/// protected, committed and flushed to directories behind its back. Opened on every rank; one thread at a time.
/// </summary>
/// <remarks>
/// <see cref="Stage"/> is not a collective call: ranks need only call it for the same steps in the same order. Behind them one thread per rank
/// agrees over the ranks' own connections, never over MPI.
/// </remarks>
public sealed partial class StagedStore : IDisposable
{
    private readonly StorageTier[] _tiers;
    private readonly ISlotDirectory _memory;
    private readonly ICheckpointGroup _group;
    private readonly StagedOptions _options;
    private readonly TimeProvider _time;
    private readonly RankMesh _mesh;
    private readonly MeshGroup _behind;
    private readonly PeerFiles _files;
    private readonly SlotPool _pool;
    private readonly RegionWatch _watch;
    private readonly Stager _stager;
    private readonly GroupRedundancy? _redundancy;
    private readonly CommitLine _line;
    private readonly StagedResults _results = new();
    private IDisposable? _lock;
    private long _nextVersion;

    private StagedStore(
        StorageTier[] tiers, ISlotDirectory memory, ICheckpointGroup group, StagedOptions options, TimeProvider time, RankMesh mesh, long nextVersion,
        IReadOnlyList<string> warnings)
    {
        _tiers = tiers;
        _memory = memory;
        _group = group;
        _options = options;
        _time = time;
        _mesh = mesh;
        _behind = new MeshGroup(mesh);
        _nextVersion = nextVersion;
        _pool = new SlotPool(memory, group.Rank, SlotName.State, options.Slots + SpareSlots);
        _watch = RegionWatch.Open(options.Tracking);
        _stager = new Stager(_pool, _watch, group.Rank, group.Size, options.Program);
        _files = new PeerFiles(mesh, options.ShareMemory);
        _redundancy = GroupRedundancy.Create(options, mesh, _files, memory, MemoryTier.Place);
        _line = new CommitLine();

        // Whoever asked for a way by name knows what it costs.
        Warnings = options.Tracking is null && WhyUntracked is { } reason
            ? [.. warnings, $"Changes between checkpoints are found by {(Tracking == TrackingKind.BlockHashes ? "hashes, which read everything while the program stands still" : "nothing")}: {reason}."]
            : warnings;
    }

    /// <summary>A failed retirement must not stop the job at once.</summary>
    private const int SpareSlots = 1;

    /// <summary>Which start of the job this is.</summary>
    public long Attempt => MemoryTier.Place.Attempt;

    /// <summary>This rank's place in memory.</summary>
    public string Location => _memory.Location;

    /// <summary>How changes are found between checkpoints.</summary>
    public TrackingKind Tracking => _watch.Kind;

    /// <summary>What keeps the best way of tracking from being used, or null.</summary>
    public string? WhyUntracked => _watch.WhyNotBetter;

    /// <summary>The memory that this rank's slots take, those for other ranks' protection included.</summary>
    public long ReservedBytes => _pool.ReservedBytes + (_redundancy?.ReservedBytes ?? 0);

    /// <summary>What could not be cleaned up at opening, and what this machine lacks for checkpoints at full speed.</summary>
    public IReadOnlyList<string> Warnings { get; }

    private StorageTier MemoryTier => _tiers[0];

    /// <summary>Collective over the job's group. Opens all tiers as one attempt, and connects the ranks with one another.</summary>
    /// <param name="memory">This rank's place in memory, one per host.</param>
    /// <param name="tiers">Where versions are flushed to, the nearest first.</param>
    /// <param name="group">All ranks of the job; used by this thread only, and not at all while checkpoints are under way.</param>
    /// <param name="options">The same on all ranks.</param>
    /// <param name="newId">Gives an id that no other start of any job gets.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="CheckpointException">Bad options, a tier that cannot be used, ranks that cannot connect; thrown on all ranks.</exception>
    public static StagedStore Open(
        MemoryDirectory memory, IReadOnlyList<TierOptions> tiers, ICheckpointGroup group, StagedOptions options, Func<Guid> newId, TimeProvider time) =>
        Open((ISlotDirectory)memory, tiers, group, options, newId, time);

    internal static StagedStore Open(
        ISlotDirectory memory, IReadOnlyList<TierOptions> tiers, ICheckpointGroup group, StagedOptions options, Func<Guid> newId, TimeProvider time)
    {
        Together.Throw(Exchange.All(group, new PlainReport(options.Problem())).Select(static r => r.Problem));
        TierCompression.Demand(options.Compression, group);
        TierOptions[] all = [new TierOptions("memory", memory) { Keep = options.Slots - 1 }, .. tiers];

        // One number for the attempt in all tiers: a version has one name wherever it lies.
        long attempt = 1 + all.Max(tier => CheckpointStore.NewestAttempt(tier.Directory, group));
        var opened = new List<StorageTier>();
        var warnings = new List<string>();
        long nextVersion = 1;
        foreach (TierOptions tier in all)
        {
            var opening = new PlaceOpening(tier.Directory, group, new CheckpointOptions { Program = options.Program, Attempt = attempt });
            (Place place, OpeningPlan plan) = opening.Open(newId);
            warnings.AddRange(opening.Warnings);
            nextVersion = long.Max(nextVersion, plan.NextVersion);
            opened.Add(new StorageTier(tier.Name, place, tier.Every, tier.Keep, new TierCompression(options.Compression, time)));
        }

        if (tiers.Count > 0 && TierCompression.Warning(options.Compression) is { } warning) warnings.Add(warning);
        RankMesh mesh = RankMesh.Open(group, memory, options.Deadline);
        StagedStore? store = null;
        try
        {
            store = new StagedStore([.. opened], memory, group, options, time, mesh, nextVersion, warnings);
            string? problem = Attempted.Run(store.Adopt);
            Together.Throw(Exchange.All(group, new PlainReport(problem)).Select(static r => r.Problem));
            return store;
        }
        catch
        {
            store?.Dispose();
            mesh.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Copies what has changed into memory; the rest happens behind the rank's back. Waits first if the checkpoint before is still under way.
    /// </summary>
    /// <param name="step">The step all ranks are at, from 0.</param>
    /// <param name="regions">This rank's regions; they may differ from rank to rank.</param>
    /// <param name="objection">Why this rank must not be checkpointed now; it fails the version on all ranks.</param>
    /// <param name="isForEveryTier">Whether it goes to every tier, due there or not: the last one before the job ends on purpose. The same on all ranks.</param>
    /// <exception cref="CheckpointException">The checkpoint before was given up because ranks were lost: end the job, the next start goes on.</exception>
    public StageReport Stage(long step, IReadOnlyList<CheckpointRegion> regions, string? objection = null, bool isForEveryTier = false)
    {
        long askedAt = _time.GetTimestamp();
        _line.AwaitIdle();
        long stoppedAt = _time.GetTimestamp();
        var name = new VersionName(_nextVersion++, Attempt);
        StagedShard? staged = null;
        string? problem = objection ?? Attempted.Run(() => staged = _stager.Stage(name, step, regions));
        TimeSpan stopped = _time.GetElapsedTime(stoppedAt);
        _results.Begin(name.Version);
        var save = new StagedSave(name, step, staged, problem, isForEveryTier);
        _line.Hand(() =>
        {
            Commit(save);
            CatchUp(save);
        });
        return new StageReport(
            name.Version, step, _time.GetElapsedTime(askedAt, stoppedAt), stopped, staged?.CopiedBytes ?? 0, staged?.Plan.Regions.Sum(static r => r.StoredBytes) ?? 0);
    }

    /// <summary>What became of the versions since the last call, oldest first, each tier by itself. Never waits.</summary>
    public IReadOnlyList<TierResult> TakeResults() => _results.Take();

    /// <summary>Waits until a staged version is committed in memory or has failed.</summary>
    /// <exception cref="CheckpointException">It was given up because ranks were lost.</exception>
    public SaveResult AwaitCommit(long version) => _results.Await(version);

    /// <summary>Waits until nothing is under way, the flushes to all tiers included.</summary>
    /// <exception cref="CheckpointException">It was given up because ranks were lost.</exception>
    public void Drain() => _line.AwaitIdle();

    /// <summary>Stops what is under way and frees the mappings; what is committed stays.</summary>
    public void Dispose()
    {
        _mesh.Dispose();
        _line.Dispose();
        _watch.Dispose();
        _redundancy?.Dispose();
        _files.Dispose();
        _pool.Dispose();
        _lock?.Dispose();
    }
}
