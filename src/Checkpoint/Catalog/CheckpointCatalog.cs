using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Checkpoint.Formats;
using HpcVirt.Checkpoint.Protocol;

namespace HpcVirt.Checkpoint;

/// <summary>
/// One place as tools see it, outside of any job: what is there, what state it is in, and where it is damaged. Only
/// <see cref="Prune"/> changes anything; all else may look while a job is running.
/// </summary>
/// <param name="directory">The place.</param>
public sealed partial class CheckpointCatalog(ICheckpointDirectory directory)
{
    /// <summary>The highest attempt that has begun here, 0 if none.</summary>
    /// <exception cref="ForeignDirectoryException">The directory holds no checkpoints of ours.</exception>
    /// <exception cref="CheckpointDirectoryException">The directory cannot be read.</exception>
    public long NewestAttempt() => Survey().NewestAttempt;

    /// <summary>All versions, newest first. Only names, manifests and lengths are read.</summary>
    /// <exception cref="ForeignDirectoryException">The directory holds no checkpoints of ours.</exception>
    /// <exception cref="CheckpointDirectoryException">The directory cannot be read.</exception>
    public IReadOnlyList<CatalogVersion> List()
    {
        PlaceSurvey survey = Survey();
        HashSet<VersionName> late = [.. OpeningPlan.Candidates([survey]).Late];
        return [.. survey.Versions.OrderByDescending(static v => v.Name).Select(v => Look(v.Name, v.State, late.Contains(v.Name)))];
    }

    /// <summary>Reads every byte of the shards of a version, and of what was kept for others, those the manifest does not name included.</summary>
    /// <param name="version">One of <see cref="List"/>.</param>
    /// <param name="progress">Told of payload bytes as they are read, for a progress bar.</param>
    /// <exception cref="CheckpointDirectoryException">The version's directory cannot be read.</exception>
    public IReadOnlyList<ShardVerification> Verify(CatalogVersion version, IProgress<long>? progress = null)
    {
        Manifest? manifest = TryManifest(version.DirectoryName, out _);
        return [
            .. ShardFiles(version.DirectoryName).Order().Select(rank => VerifyShard(version.DirectoryName, rank, manifest, progress)),
            .. VerifyRedundancy(version.DirectoryName, progress),
        ];
    }

    private PlaceSurvey Survey()
    {
        if (!directory.Exists(VersionName.Marker) && directory.List("").Count > 0)
        {
            throw new ForeignDirectoryException(
                $"{directory.Location} holds no checkpoints of HpcVirt (no {VersionName.Marker}). Is this the right directory?");
        }

        return Place.Survey(directory);
    }

    private CatalogVersion Look(VersionName name, VersionState state, bool isLate)
    {
        string path = name.Directory(state);
        Manifest? manifest = TryManifest(path, out string? problem);
        HashSet<int> here = [];
        if (manifest is not null && manifest.Name != name)
        {
            problem = $"{path}/{VersionName.Manifest} belongs to {manifest.Name}";
        }
        else if (Attempted.Run(() => here = [.. ShardFiles(path)]) is { } unreadable)
        {
            problem = unreadable;
        }
        else if (manifest is not null)
        {
            problem = here.Count == 0
                ? $"{path} holds no shard"
                : Missing(path, here, manifest)
                    ?? here.Order().Select(rank => WrongLength(path, rank, manifest)).FirstOrDefault(static p => p is not null);
        }

        CatalogState seen = state switch
        {
            VersionState.Temporary => CatalogState.Temporary,
            VersionState.Doomed => CatalogState.Doomed,
            _ when problem is not null => CatalogState.Damaged,
            _ when isLate => CatalogState.Late,
            _ => CatalogState.Committed,
        };
        CatalogManifest? shown = manifest is null ? null : Shown(manifest, here);
        return new CatalogVersion(path, name.Version, name.Attempt, seen, shown, problem);
    }

    private Manifest? TryManifest(string versionPath, out string? problem)
    {
        string path = $"{versionPath}/{VersionName.Manifest}";
        Manifest? manifest = null;
        problem = Attempted.Run(() => manifest = Manifest.Decode(FileBytes.ReadWhole(directory, path, Manifest.MaximumBytes), path));
        return manifest;
    }

    private IEnumerable<int> ShardFiles(string versionPath)
    {
        foreach (DirectoryEntry entry in directory.List(versionPath))
        {
            if (!entry.IsDirectory && VersionName.TryParseShard(entry.Name, out int rank)) yield return rank;
        }
    }

    /// <summary>A shard whose neighbours are in this place belongs here too.</summary>
    private static string? Missing(string versionPath, HashSet<int> here, Manifest manifest)
    {
        HashSet<int> leaders = [.. here.Where(rank => rank < manifest.Shards.Count).Select(rank => manifest.Shards[rank].Leader)];
        string[] missing = [.. Enumerable.Range(0, manifest.Shards.Count)
            .Where(rank => !here.Contains(rank) && leaders.Contains(manifest.Shards[rank].Leader))
            .Select(VersionName.Shard)];
        return missing.Length == 0 ? null : $"{versionPath} misses {string.Join(", ", missing)}";
    }

    private string? WrongLength(string versionPath, int rank, Manifest manifest)
    {
        string path = $"{versionPath}/{VersionName.Shard(rank)}";
        if (rank >= manifest.Shards.Count) return $"{path} is not named by the manifest";
        long lengthBytes = 0;
        string? problem = Attempted.Run(() =>
        {
            using ICheckpointFile file = directory.OpenFile(path);
            lengthBytes = file.GetLengthBytes();
        });
        long expectedBytes = manifest.Shards[rank].LengthBytes;
        return problem ?? (lengthBytes == expectedBytes ? null : $"{path} has {lengthBytes} bytes, the manifest records {expectedBytes}");
    }

    private ShardVerification VerifyShard(string versionPath, int rank, Manifest? manifest, IProgress<long>? progress)
    {
        string path = $"{versionPath}/{VersionName.Shard(rank)}";
        try
        {
            using var reader = ShardReader.Open(directory, path);
            List<ShardDamage> damages = [];
            if (manifest is not null && rank < manifest.Shards.Count && reader.ForeignTo(manifest, rank) is { } foreign)
            {
                damages.Add(new ShardDamage(path, null, 0, foreign));
            }

            damages.AddRange(reader.Damages(reader.NewBuffer(), progress)
                .Take(ShardVerification.MaximumDamages - damages.Count)
                .Select(static d => new ShardDamage(d.File, d.Region, d.OffsetBytes, d.Reason)));
            RegionDescriptor[] regions = [.. reader.Shard.Regions.Select(static r => r.Descriptor)];
            return new ShardVerification(rank, path, reader.Shard.LengthBytes, regions, damages);
        }
        catch (CheckpointFormatException e)
        {
            return new ShardVerification(rank, path, 0, [], [new ShardDamage(path, e.Region, e.OffsetBytes, e.Reason)]);
        }
        catch (CheckpointDirectoryException e)
        {
            return new ShardVerification(rank, path, 0, [], [new ShardDamage(path, null, 0, e.Message)]);
        }
    }

    private static CatalogManifest Shown(Manifest manifest, HashSet<int> here) => new(
        manifest.Name.Version, manifest.Name.Attempt, manifest.Step, DateTimeOffset.FromUnixTimeMilliseconds(manifest.WrittenAtUnixMs),
        manifest.Program, [.. manifest.Shards.Select((s, rank) => new CatalogShard(rank, s.LengthBytes, s.Checksum, here.Contains(rank)))]);
}
