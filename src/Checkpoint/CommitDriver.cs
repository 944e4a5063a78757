using System;
using System.Collections.Generic;
using HpcVirt.Checkpoint.Formats;
using HpcVirt.Checkpoint.Protocol;

namespace HpcVirt.Checkpoint;

/// <summary>Performs what <see cref="CommitProtocol"/> decides, for one save on one rank.</summary>
internal sealed class CommitDriver(
    Place place, ICheckpointGroup group, CheckpointOptions options, TimeProvider time, IReadOnlyCollection<VersionName> proven, IShardWork work)
{
    private Shard? _plan;

    private long? _writtenBytes;

    /// <summary>The length of this rank's shard once it is planned, else 0; compressed, once it is written.</summary>
    public long ShardBytes => _writtenBytes ?? _plan?.LengthBytes ?? 0;

    public CommitState Run(VersionName name, long step, string? objection)
    {
        try
        {
            CommitState state = CommitProtocol.Start(group.Rank, place.Leaders, name, step, options.Program);
            (state, CommitEffect effect) = CommitProtocol.Next(state, new CommitEvent.Prepared(Prepare(name, step, objection)));
            while (effect is not CommitEffect.Finish) (state, effect) = CommitProtocol.Next(state, Perform(effect, name));
            return state;
        }
        finally
        {
            work.End();
        }
    }

    private CommitEvent Perform(CommitEffect effect, VersionName name) => effect switch
    {
        CommitEffect.TellPreparation e => new CommitEvent.PreparationsKnown(Exchange.All(group, e.Mine)),
        CommitEffect.WriteShard => new CommitEvent.ShardWritten(WriteShard()),
        CommitEffect.TellShard e => new CommitEvent.ShardsKnown(Exchange.All(group, e.Mine)),
        CommitEffect.Protect e => new CommitEvent.Protected(Attempted.Run(() => work.Protect(_plan!, place, e.Shards))),
        CommitEffect.WriteManifest e => new CommitEvent.ManifestWritten(WriteManifest(name, e.Manifest)),
        CommitEffect.Vote e => new CommitEvent.VoteCounted(group.Minimum(e.IsYes ? 1 : 0) == 1),
        CommitEffect.TellReason e => new CommitEvent.ReasonsKnown(Exchange.All(group, e.Mine)),
        CommitEffect.Publish => new CommitEvent.Published(Publish(name)),
        CommitEffect.TellPublication e => new CommitEvent.PublicationsKnown(Exchange.All(group, e.Mine)),
        CommitEffect.Retire => new CommitEvent.TidiedUp(Retire(name)),
        CommitEffect.Drop => new CommitEvent.TidiedUp(Drop(name)),
        _ => throw new InvalidOperationException($"No driver for {effect.GetType().Name}."),
    };

    private PreparationReport Prepare(VersionName name, long step, string? objection)
    {
        bool isSuperseded = false;
        long freeBytes = -1;
        string? problem = objection ?? Attempted.Run(() =>
        {
            if (step < 0) throw new CheckpointException($"Step {step} is negative; steps count from 0.");
            _plan = work.Plan(name, step, group.Rank, group.Size, options.Program);
            if (!place.IsLeader) return;

            if (NewerAttempt() is { } newer)
            {
                isSuperseded = true;
                throw new CheckpointException(newer);
            }

            freeBytes = place.Directory.GetFreeBytes();
            place.Directory.CreateDirectory(name.Temporary);
        });
        return new PreparationReport(problem, isSuperseded, step, work.NeededBytes, freeBytes, NowUnixMs());
    }

    // A clock before 1970 is a clock that was never set; the format has no room for it, and nothing depends on it.
    private long NowUnixMs() => long.Max(0, time.GetUtcNow().ToUnixTimeMilliseconds());

    private ShardReport WriteShard()
    {
        Shard plan = _plan!;
        ManifestShard shard = default;
        string? problem = Attempted.Run(() =>
        {
            (long lengthBytes, uint checksum) = work.Write(plan, place);
            _writtenBytes = lengthBytes;
            shard = new ManifestShard(lengthBytes, checksum, plan.RegionFormats(), place.Leaders[group.Rank]);
        });
        return new ShardReport(problem, shard);
    }

    private string? WriteManifest(VersionName name, Manifest manifest) => Attempted.Run(() =>
    {
        FileBytes.WriteNew(place.Directory, $"{name.Temporary}/{VersionName.Manifest}", manifest.Encode());

        // The names of the shards and of the manifest live in this directory: synced bytes without a name are lost bytes.
        place.Directory.SyncDirectory(name.Temporary);

        // And its own name lives in the place. With that, the vote is about a version that survives the loss of power at any
        // later moment, whether the rename has happened in this place or only in another one.
        place.Directory.SyncDirectory("");
    });

    private PublicationReport Publish(VersionName name)
    {
        bool isSuperseded = false;
        string? problem = Attempted.Run(() =>
        {
            // A rank may have slept since the vote, and the job may have been started anew meanwhile.
            if (NewerAttempt() is { } newer)
            {
                isSuperseded = true;
                throw new CheckpointException(newer);
            }

            place.Directory.Rename(name.Temporary, name.Committed);

            // A rename is a change of the place's directory; until that is synced, the loss of power can take it back.
            place.Directory.SyncDirectory("");
        });
        return new PublicationReport(problem, isSuperseded, IsPublished: problem is null);
    }

    private IReadOnlyList<string> Retire(VersionName name)
    {
        IReadOnlyList<string> warnings = [];
        string? problem = Attempted.Run(() =>
        {
            // A rank that slept until now must not delete what a newer attempt may depend on.
            if (NewerAttempt() is { } newer) throw new CheckpointException(newer);
            warnings = place.DeleteAll(RetentionPlan.Superfluous(Place.Survey(place.Directory).Versions, [.. proven, name], options.Keep));
        });
        return problem is null ? warnings : [problem];
    }

    private IReadOnlyList<string> Drop(VersionName name)
    {
        IReadOnlyList<string> warnings = [];
        string? problem = Attempted.Run(() =>
        {
            if (place.Directory.Exists(name.Temporary)) warnings = place.DeleteAll([name.Temporary]);
        });
        return problem is null ? warnings : [problem];
    }

    private string? NewerAttempt()
    {
        long newest = Place.NewestAttemptBegun(place.Directory);
        return newest <= place.Attempt
            ? null
            : $"Attempt {newest} of the job has begun in {place.Directory.Location}; this is attempt {place.Attempt}, which must end.";
    }
}
