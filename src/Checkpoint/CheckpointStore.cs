using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Checkpoint.Formats;
using HpcVirt.Checkpoint.Protocol;

namespace HpcVirt.Checkpoint;

/// <summary>
/// The checkpoints of one job, seen from one rank. Every rank opens one, and calls its methods together with all others, from
/// one thread at a time.
/// </summary>
/// <remarks>
/// A failure of one rank is reported on all ranks by the same call, so nobody is left waiting. Only what the
/// <see cref="ICheckpointGroup"/> itself throws (a lost rank, a deadline) ends a call on one rank alone; the store is then of no
/// further use, and the next start of the job finds everything that was committed.
/// </remarks>
public sealed class CheckpointStore
{
    private readonly Place _place;
    private readonly ICheckpointGroup _group;
    private readonly CheckpointOptions _options;
    private readonly TimeProvider _time;
    private readonly List<VersionName> _proven = [];
    private readonly TierCompression _compression;
    private long _nextVersion;

    private CheckpointStore(
        Place place, ICheckpointGroup group, CheckpointOptions options, TimeProvider time, long nextVersion, IReadOnlyList<string> warnings)
    {
        _place = place;
        _group = group;
        _options = options;
        _time = time;
        _nextVersion = nextVersion;
        _compression = new TierCompression(options.Compression, time);
        Warnings = TierCompression.Warning(options.Compression) is { } warning ? [.. warnings, warning] : warnings;
    }

    /// <summary>Which start of the job this is: above all that began before in these directories.</summary>
    public long Attempt => _place.Attempt;

    /// <summary>The directory of this rank.</summary>
    public string Location => _place.Directory.Location;

    /// <summary>How many different directories the job's ranks use.</summary>
    public int PlaceCount => _place.Leaders.Distinct().Count();

    /// <summary>Whether this is the lowest rank of those that share this directory.</summary>
    public bool IsPlaceLeader => _place.IsLeader;

    /// <summary>What could not be cleaned up at opening; nothing that keeps the store from working.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>
    /// Collective. Opens the job's directories: creates what is missing, finds out who shares one, fences older attempts off,
    /// and deletes what they left half written. Nothing that was committed is touched.
    /// </summary>
    /// <param name="directory">This rank's place; several ranks may have the same one.</param>
    /// <param name="group">All ranks of the job.</param>
    /// <param name="options">The same on all ranks.</param>
    /// <param name="newId">Gives an id that no other start of any job gets: <c>Guid.NewGuid</c> where programs begin.</param>
    /// <param name="time">The clock for durations and for the date in the manifest.</param>
    /// <exception cref="ForeignDirectoryException">The directory holds something else.</exception>
    /// <exception cref="CheckpointSupersededException">The given attempt is not newer than what has begun here.</exception>
    /// <exception cref="CheckpointException">Bad options, or a directory that cannot be used; thrown on all ranks.</exception>
    public static CheckpointStore Open(
        ICheckpointDirectory directory, ICheckpointGroup group, CheckpointOptions options, Func<Guid> newId, TimeProvider time)
    {
        TierCompression.Demand(options.Compression, group);
        var opening = new PlaceOpening(directory, group, options);
        (Place place, OpeningPlan plan) = opening.Open(newId);
        return new CheckpointStore(place, group, options, time, plan.NextVersion, opening.Warnings);
    }

    /// <summary>
    /// Collective. The highest attempt that has begun in any rank's directory, 0 if none; changes nothing. A job that is started
    /// without a supervisor is attempt "newest + 1", which is also what <see cref="CheckpointOptions.Attempt"/> = null means.
    /// </summary>
    /// <exception cref="CheckpointException">Some rank's directory cannot be read; thrown on all ranks.</exception>
    public static long NewestAttempt(ICheckpointDirectory directory, ICheckpointGroup group)
    {
        long newest = 0;
        string? problem = Attempted.Run(() =>
        {
            try
            {
                newest = Place.Survey(directory).NewestAttempt;
            }
            catch (CheckpointDirectoryException e) when (e.Fault == DirectoryFault.NotFound)
            {
                // A directory that is not there yet has seen no attempt.
            }
        });
        Together.Throw(Exchange.All(group, new PlainReport(problem)).Select(static r => r.Problem));
        return group.Maximum(newest);
    }

    /// <summary>
    /// Collective. Writes the regions of all ranks as one version and commits it by one vote. The program must not change the
    /// regions meanwhile.
    /// </summary>
    /// <param name="step">The step all ranks are at, from 0.</param>
    /// <param name="regions">This rank's regions; they may differ from rank to rank.</param>
    /// <param name="objection">Why this rank must not be checkpointed now (a request is live, ...); it fails the save on all ranks.</param>
    /// <returns>How it ended. A full disk, a failing one or an objection is a result, not an exception: the job may go on.</returns>
    public SaveResult Save(long step, IReadOnlyList<CheckpointRegion> regions, string? objection = null)
    {
        long startedAt = _time.GetTimestamp();

        // Each try takes a new number, so what a failed one leaves behind is never in the way of the next.
        var name = new VersionName(_nextVersion++, Attempt);
        var driver = new CommitDriver(_place, _group, _options, _time, _proven, new RegionShardWork(regions, _compression));
        CommitState state = driver.Run(name, step, objection);
        if (state.IsPublishedEverywhere && state.Outcome == SaveOutcome.Committed) _proven.Add(name);

        return new SaveResult
        {
            Outcome = state.Outcome,
            Version = name.Version,
            Attempt = name.Attempt,
            Step = step,
            ShardBytes = driver.ShardBytes,
            JobBytes = state.JobBytes,
            Elapsed = _time.GetElapsedTime(startedAt),
            Problems = state.Problems,
            Warnings = state.Warnings,
        };
    }

    /// <summary>
    /// Collective. Fills the regions from the newest version that verifies on every rank, or leaves them alone if there is no
    /// checkpoint. What was passed over and why is in the report of every rank.
    /// </summary>
    /// <param name="regions">The same regions by name, type and shape as at the save.</param>
    /// <param name="progress">Hears of this rank's progress, often, on this thread; null: nobody does.</param>
    /// <exception cref="CheckpointMismatchException">An intact checkpoint is of another program, rank count or shape.</exception>
    /// <exception cref="NoCheckpointVerifiesException">There are checkpoints, but none verifies on every rank.</exception>
    /// <exception cref="CheckpointException">Some rank cannot take part; thrown on all ranks.</exception>
    public RestoreReport Restore(IReadOnlyList<CheckpointRegion> regions, IProgress<RestoreProgress>? progress = null)
    {
        long startedAt = _time.GetTimestamp();
        if (_options.ForgivesLastStart && _place.IsLeader) _ = Attempted.Run(_place.ForgetStartBefore);
        var driver = new RestartDriver(
            [new RestartTier(_place, null, null)], _group, new RestartRules(_options.Program, _options.StartOverIfNoneVerifies, _options.StartsPerVersion), regions, progress);
        RestartState state = driver.Run();
        VersionName? restored = state.Outcome == RestartOutcome.Restored ? state.Candidate.Name : null;
        Learn(restored);
        return RestartDriver.Conclude(state, driver.ShardBytes, tier: null, Location, _time.GetElapsedTime(startedAt));
    }

    /// <summary>
    /// Says that this start of the job ends in good order, finished or asked to stop: it does not count against the version that it started from.
    /// Not collective.
    /// </summary>
    public void EndInGoodOrder()
    {
        // If it fails, one start more is counted.
        if (_place.IsLeader) _ = Attempted.Run(_place.ForgetStart);
    }

    /// <summary>What has just verified is proven; what is newer and was passed over is not any more.</summary>
    private void Learn(VersionName? restored)
    {
        _proven.RemoveAll(name => restored is null || name.CompareTo(restored.Value) >= 0);
        if (restored is not null) _proven.Add(restored.Value);
    }
}
