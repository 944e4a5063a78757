using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Checkpoint.Elastic;
using HpcVirt.Checkpoint.Files;
using HpcVirt.Checkpoint.Formats;
using HpcVirt.Checkpoint.Protocol;

namespace HpcVirt.Checkpoint;

/// <summary>Performs what <see cref="RestartProtocol"/> decides, for one restart on one rank.</summary>
internal sealed class RestartDriver(
    IReadOnlyList<RestartTier> tiers, ICheckpointGroup group, RestartRules rules, IReadOnlyList<CheckpointRegion> regions,
    IProgress<RestoreProgress>? progress)
{
    private readonly RestoreMeter _meter = new(progress);

    private HashSet<string> _filesOfAll = [];

    /// <summary>By which header's checksum this rank's own shard was found intact, so that it is not read for that once more after others' were rebuilt.</summary>
    private (VersionName Name, Place Place, uint Checksum)? _intact;

    /// <summary>The length of the shard that was filled in, else 0.</summary>
    public long ShardBytes { get; private set; }

    public RestartState Run()
    {
        IEnumerable<string> files = regions.OfType<ApplicationFileRegion>().Select(static r => r.Name);
        _filesOfAll = [.. Exchange.All(group, new NamesReport([.. files])).SelectMany(static r => r.Names)];
        RestartState state = RestartProtocol.Start(rules.MayStartOver, [.. tiers.Select(static t => t.Rebuilder is not null)], rules.StartsMax);
        (state, RestartEffect effect) = RestartProtocol.Next(state, new RestartEvent.Surveyed(Survey()));
        while (effect is not RestartEffect.Finish) (state, effect) = RestartProtocol.Next(state, Perform(effect));
        return state;
    }

    private RestartEvent Perform(RestartEffect effect) => effect switch
    {
        RestartEffect.TellSurvey e => new RestartEvent.SurveysKnown(Exchange.All(group, e.Mine)),
        RestartEffect.Verify e => new RestartEvent.Verified(Judged(e.Candidate, Verify)),
        RestartEffect.Rebuild e => Rebuild(e.Candidate),
        RestartEffect.TellVerdict e => new RestartEvent.VerdictsKnown(Exchange.All(group, e.Mine)),
        RestartEffect.RecordStart e => RecordStart(e),
        RestartEffect.Fill e => new RestartEvent.Filled(Judged(e.Candidate, Fill)),
        RestartEffect.TellFill e => new RestartEvent.FillsKnown(Exchange.All(group, e.Mine)),
        _ => throw new InvalidOperationException($"No driver for {effect.GetType().Name}."),
    };

    /// <summary>The result, or what has to be thrown, the same on all ranks.</summary>
    public static RestoreReport Conclude(RestartState state, long shardBytes, string? tier, string location, TimeSpan elapsed)
    {
        bool isRestored = state.Outcome == RestartOutcome.Restored;
        var report = new RestoreReport
        {
            IsFresh = !isRestored,
            Version = isRestored ? state.Candidate.Name.Version : 0,
            Attempt = isRestored ? state.Candidate.Name.Attempt : 0,
            Step = isRestored ? state.Step : 0,
            Skipped = state.Skipped,
            ShardBytes = shardBytes,
            Tier = isRestored ? tier : null,
            Elapsed = elapsed,
        };
        return state.Outcome switch
        {
            RestartOutcome.Impossible => throw new CheckpointException(state.Refusal ?? "The checkpoint directory cannot be used."),
            RestartOutcome.Mismatched => throw new CheckpointMismatchException($"{location}: {state.Refusal}"),
            RestartOutcome.NoneVerifies => throw new NoCheckpointVerifiesException(report),
            _ => report,
        };
    }

    private TierSurveys Survey() => new([.. tiers.Select(t => Survey(t.Place))]);

    private PlaceSurvey Survey(Place place)
    {
        PlaceSurvey survey = PlaceSurvey.Empty;
        string? problem = Attempted.Run(() =>
        {
            RegionSet.CheckNames(regions);
            if (place.IsLeader) survey = Place.Survey(place.Directory);
        });
        return survey with { Problem = problem };
    }

    private RestartEvent.Rebuilt Rebuild(RestartCandidate candidate)
    {
        tiers[candidate.Tier].Rebuilder!.Rebuild(
            candidate.Name, group, IsSplitOtherwise, isOwnIntact: _intact is { } mine && mine.Name == candidate.Name && mine.Place == tiers[candidate.Tier].Place);
        return new RestartEvent.Rebuilt();
    }

    private RestartEvent.StartRecorded RecordStart(RestartEffect.RecordStart start)
    {
        foreach (Place place in tiers.Select(static t => t.Place).Where(static p => p.IsLeader))
        {
            // A full disk must not keep the job from coming back; then one start less is counted.
            _ = Attempted.Run(() => place.RecordStart(start.Candidate.Name, start.Obsolete));
        }

        return new RestartEvent.StartRecorded();
    }

    /// <summary>Every failure is a judgement of this version: another one may do.</summary>
    private VerdictReport Judged(RestartCandidate candidate, Func<VersionName, RestartTier, VerdictReport> work)
    {
        try
        {
            return work(candidate.Name, tiers[candidate.Tier]);
        }
        catch (CheckpointMismatchException e)
        {
            return new VerdictReport(Verdict.Mismatched, 0, 0, null, null, e.Message);
        }
        catch (CheckpointFormatException e)
        {
            return new VerdictReport(Verdict.Damaged, 0, 0, e.File, e.Region, e.Message);
        }
        catch (CheckpointDirectoryException e)
        {
            string hint = e.Fault == DirectoryFault.NotFound ? " It may lie in another host's directory." : "";
            return new VerdictReport(Verdict.Damaged, 0, 0, e.Path, null, e.Message + hint);
        }
        catch (CheckpointException e)
        {
            return new VerdictReport(Verdict.Damaged, 0, 0, null, null, e.Message);
        }
    }

    private VerdictReport Verify(VersionName name, RestartTier tier)
    {
        (Manifest manifest, uint manifestChecksum) = ReadManifest(name, tier.Place);
        var verdict = new VerdictReport(Verdict.Verified, manifestChecksum, manifest.Step, null, null, null);
        if (manifest.Shards.Count == group.Size)
        {
            using ShardReader reader = OpenShard(name, tier, manifest);

            // What does not fit is said before gigabytes are read for nothing.
            if (!IsSplitOtherwise(reader.Shard)) RegionSet.CheckStored(regions, [.. reader.Shard.Regions.Select(static r => r.Descriptor)]);
            _meter.Begin(2 * reader.Shard.Regions.Sum(static r => r.StoredBytes));
            if (_intact == (name, tier.Place, reader.Checksum)) _meter.Report(reader.Shard.Regions.Sum(static r => r.StoredBytes));
            else if (reader.Damages(reader.NewBuffer(), _meter).FirstOrDefault() is { } damage) throw damage;
            _intact = (name, tier.Place, reader.Checksum);
            if (!IsSplitOtherwise(reader.Shard))
            {
                CheckFiles(_ => reader);
                return verdict;
            }
        }

        WithAllShards(name, tier, manifest, shards =>
        {
            Elastic().Check([.. shards.Select(static s => s.Shard)]);
            CheckFiles(file => Elastic().SourceOf(file, shards));

            IEnumerable<ShardReader> mine = shards.Where((_, rank) => rank % group.Size == group.Rank);
            if (manifest.Shards.Count != group.Size) _meter.Begin(mine.SelectMany(static s => s.Shard.Regions).Sum(static r => r.StoredBytes));

            // Each shard is read as a whole by one rank; what the others need of it they check again, block by block.
            for (int rank = group.Rank; manifest.Shards.Count != group.Size && rank < shards.Count; rank += group.Size)
            {
                if (shards[rank].Damages(shards[rank].NewBuffer(), _meter).FirstOrDefault() is { } damage) throw damage;
            }
        });
        return verdict;
    }

    private VerdictReport Fill(VersionName name, RestartTier tier)
    {
        (Manifest manifest, uint manifestChecksum) = ReadManifest(name, tier.Place);
        var verdict = new VerdictReport(Verdict.Verified, manifestChecksum, manifest.Step, null, null, null);
        if (manifest.Shards.Count == group.Size)
        {
            using ShardReader reader = OpenShard(name, tier, manifest);
            ShardBytes = reader.Shard.LengthBytes;
            if (!IsSplitOtherwise(reader.Shard))
            {
                Dictionary<string, CheckpointRegion> byName = regions.ToDictionary(static r => r.Name);
                foreach (RegionEntry entry in reader.Shard.Regions) reader.Fill(entry, byName[entry.Descriptor.Name], _meter);
                return verdict;
            }
        }

        WithAllShards(name, tier, manifest, shards => Elastic().Fill(shards));
        return verdict;
    }

    private ElasticRestart Elastic() => new(regions, group.Rank, group.Size, _filesOfAll);

    /// <summary>Files that cannot be brought back make a version as unfit as a damaged shard does: it is known before anything is touched.</summary>
    private void CheckFiles(Func<ApplicationFileRegion, ShardReader> sourceOf)
    {
        foreach (ApplicationFileRegion file in regions.OfType<ApplicationFileRegion>().Where(static f => f.ProofBytes > 0))
        {
            ShardReader source = sourceOf(file);
            RegionEntry entry = source.Shard.Regions.First(e => e.Descriptor.Name == file.Name);
            byte[] block = new byte[entry.BlockLength(0, source.Shard.BlockBytes)];
            source.ReadBlock(entry, 0, block);
            file.CheckProof(block.AsSpan(0, int.Min(file.ProofBytes, block.Length)));
        }
    }

    /// <summary>Whether some region was another part of its array then than it is now: it is put together from all shards.</summary>
    private bool IsSplitOtherwise(Shard shard) => regions.Any(region => region.Decomposition is { } mine
        && shard.Regions.FirstOrDefault(e => e.Descriptor.Name == region.Name)?.Descriptor.Decomposition is { } stored && !stored.Equals(mine));

    private static void WithAllShards(VersionName name, RestartTier tier, Manifest manifest, Action<IReadOnlyList<ShardReader>> work)
    {
        var shards = new List<ShardReader>();
        try
        {
            for (int rank = 0; rank < manifest.Shards.Count; rank++)
            {
                shards.Add(tier.OpenShard(name, rank));
                if (shards[^1].ForeignTo(manifest, rank) is { } reason) throw new CheckpointFormatException(VersionName.Shard(rank), 0, reason);
            }

            work(shards);
        }
        finally
        {
            foreach (ShardReader shard in shards) shard.Dispose();
        }
    }

    private (Manifest Manifest, uint Checksum) ReadManifest(VersionName name, Place place)
    {
        string path = $"{place.PathOf(name)}/{VersionName.Manifest}";
        byte[] bytes = FileBytes.ReadWhole(place.Directory, path, Manifest.MaximumBytes);
        var manifest = Manifest.Decode(bytes, path);
        if (manifest.Name != name) throw new CheckpointFormatException(path, 24, $"belongs to {manifest.Name}");
        if (manifest.Program != rules.Program)
        {
            throw new CheckpointMismatchException(
                $"it was written by program '{manifest.Program}', and this is '{rules.Program}'. Name another directory.");
        }

        return (manifest, BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(^4..)));
    }

    private ShardReader OpenShard(VersionName name, RestartTier tier, Manifest manifest)
    {
        string path = $"{tier.Place.PathOf(name)}/{VersionName.Shard(group.Rank)}";
        var reader = ShardReader.Take(tier.Rebuilder?.TryOpenRebuilt(name) ?? tier.Place.Directory.OpenFile(path), path);
        if (reader.ForeignTo(manifest, group.Rank) is not { } reason) return reader;

        reader.Dispose();
        throw new CheckpointFormatException(path, 0, reason);
    }
}
