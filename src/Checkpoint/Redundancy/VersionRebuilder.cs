using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using System.Linq;
using HpcVirt.Checkpoint.Formats;
using HpcVirt.Checkpoint.Mesh;
using HpcVirt.Checkpoint.Protocol;
using HpcVirt.Checkpoint.Redundancy;

namespace HpcVirt.Checkpoint;

/// <summary>
/// Brings a damaged version of the memory tier back. Before a restart, shards that were lost can be read, computed from what others have; after it,
/// they get their places again, and the redundancy that was lost with a host is made anew, because the next host may be lost soon.
/// </summary>
internal sealed class VersionRebuilder(Place place, ISlotDirectory directory, PeerFiles files, SlotPool pool, GroupRedundancy? redundancy)
{
    private (VersionName Name, RebuildPlan Plan)? _lost;

    /// <summary>A version of which this rank's part of the redundancy was found damaged, though its head may be right.</summary>
    private VersionName? _unprotected;

    /// <summary>Collective. Does what can be done; whether it was enough, verifying the version again will tell.</summary>
    /// <param name="name">The version.</param>
    /// <param name="group">All ranks.</param>
    /// <param name="isSplitOtherwise">Whether a rank's region is put together from several shards, which must lie in places then.</param>
    /// <param name="isOwnIntact">Whether every byte of this rank's own shard has just been checked.</param>
    public void Rebuild(VersionName name, ICheckpointGroup group, Func<Shard, bool> isSplitOtherwise, bool isOwnIntact)
    {
        var inventory = new VersionInventory(place, place.Directory) { KnownIntact = isOwnIntact ? group.Rank : -1 };
        Inventory[] all = Exchange.All(group, inventory.Take(name));
        byte[]? manifestBytes = all.Select(static i => i.Manifest).FirstOrDefault(static m => m.Length > 0);
        if (manifestBytes is null || all.Any(static i => i.Problem is not null)) return;
        var manifest = Manifest.Decode(manifestBytes, VersionName.Manifest);
        bool isKept = all.Where(i => i.Leader == place.Leaders[group.Rank]).SelectMany(static i => i.Files).Any(f => f.Rank == group.Rank && f.Redundancy is not null);
        _unprotected = isKept ? null : name;

        // Each step is waited for, because the next one reads what others have done in it.
        if (!Together(group, () => PrepareDirectory(name, all[group.Rank], manifestBytes, hasManifest: all[place.Leaders[group.Rank]].Manifest.Length > 0))) return;
        bool isReadInPlace = manifest.Shards.Count == group.Size && Together(group, () => Remember(name, manifest.Shards, all, isSplitOtherwise));
        if (!isReadInPlace)
        {
            _lost = null;
            if (!Together(group, () => PutShards(name, manifest.Shards, all, group))) return;
        }

        Together(group, () => Publish(name));
    }

    /// <summary>This rank's shard of a version where it is lost and can be computed, or null.</summary>
    public ICheckpointFile? TryOpenRebuilt(VersionName name) => _lost is { } lost && lost.Name == name ? Rebuilt(name, lost.Plan) : null;

    /// <summary>
    /// Collective, after a version was restored, on the threads behind the ranks: what was computed gets its place, and what protects the version is
    /// made anew where it is missing or known to be damaged. A job of another number of ranks protects its own versions; this one was another's.
    /// </summary>
    public void Complete(VersionName name, ICheckpointGroup group)
    {
        Together(group, () =>
        {
            if (_lost is not { } lost || lost.Name != name) return;
            using RebuiltFile computed = Rebuilt(name, lost.Plan);
            Put(name, group.Rank, lost.Plan, computed);
        });
        Together(group, () => Renew(name, group));
    }

    private void Renew(VersionName name, ICheckpointGroup group)
    {
        if (redundancy is null || !directory.Exists(name.Committed)) return;
        string path = $"{name.Committed}/{VersionName.Redundancy(group.Rank)}";
        if (_unprotected != name && Protects(path, name, group.Rank)) return;
        string manifestPath = $"{name.Committed}/{VersionName.Manifest}";
        var manifest = Manifest.Decode(FileBytes.ReadWhole(directory, manifestPath, Manifest.MaximumBytes), manifestPath);
        if (manifest.Shards.Count != group.Size) return;
        if (directory.Exists(path)) directory.DeleteFile(path);
        redundancy.Store(name, manifest.Shards, name.Committed);
    }

    /// <summary>Whether this rank's part of the redundancy is there for the groups of now; its payload is read when it is needed.</summary>
    private bool Protects(string path, VersionName name, int rank)
    {
        if (!directory.Exists(path)) return false;
        try
        {
            using var kept = RedundancyReader.Open(place.Directory, path);
            return kept.Header.Name == name && kept.Header.Keeper == rank && kept.Header.Layout == redundancy!.Layout
                && kept.Header.Members.Select(static m => m.Rank).SequenceEqual(redundancy.Members);
        }
        catch (CheckpointException)
        {
            return false;
        }
    }

    private static bool Together(ICheckpointGroup group, Action work)
    {
        string? problem = Attempted.Run(work);
        return Exchange.All(group, new PlainReport(problem)).All(static r => r.Problem is null);
    }

    private void PrepareDirectory(VersionName name, Inventory mine, byte[] manifest, bool hasManifest)
    {
        if (!place.IsLeader) return;
        if (mine.Directory.Length == 0) directory.CreateDirectory(name.Temporary);
        if (hasManifest) return;
        string path = $"{place.PathOf(name)}/{VersionName.Manifest}";
        if (directory.Exists(path)) directory.DeleteFile(path);
        FileBytes.WriteNew(directory, path, manifest);
    }

    /// <summary>Keeps the way in which this rank's shard is computed; fails where that is not enough.</summary>
    private void Remember(VersionName name, IReadOnlyList<ManifestShard> shards, IReadOnlyList<Inventory> all, Func<Shard, bool> isSplitOtherwise)
    {
        var plan = RebuildPlan.Make(place.Rank, place.Leaders[place.Rank], shards, all);
        if (plan.Reason is not null) throw new CheckpointException(plan.Reason);

        // Other places have not been renamed to their committed names yet: for this look the files lie where the inventories say.
        string path = $"{place.PathOf(name)}/{VersionName.Shard(place.Rank)}";
        using var reader = ShardReader.Take(plan.IsThere ? place.Directory.OpenFile(path) : new RebuiltFile(plan, t => RowOf(t, t.File.Path)), path);
        if (isSplitOtherwise(reader.Shard)) throw new CheckpointException("The array was split otherwise: other ranks need this shard, too.");
        if (!plan.IsThere) _lost = (name, plan);
    }

    private RebuiltFile Rebuilt(VersionName name, RebuildPlan plan) => new(plan, t => RowOf(t, $"{name.Committed}/{Path.GetFileName(t.File.Path)}"));

    /// <summary>Each rank puts its own shard back, and where the job has fewer ranks than then, also some of those that are nobody's now.</summary>
    private void PutShards(VersionName name, IReadOnlyList<ManifestShard> shards, IReadOnlyList<Inventory> all, ICheckpointGroup group)
    {
        for (int shard = group.Rank; shard < shards.Count; shard += group.Size)
        {
            var plan = RebuildPlan.Make(shard, place.Leaders[group.Rank], shards, all);
            if (plan.IsThere) continue;
            if (plan.Reason is not null) throw new CheckpointException(plan.Reason);
            using var computed = new RebuiltFile(plan, t => RowOf(t, t.File.Path));
            Put(name, shard, plan, computed);
        }
    }

    private void Put(VersionName name, int shard, RebuildPlan plan, RebuiltFile computed)
    {
        StateSlot slot = pool.Acquire(plan.LengthBytes, static _ => 0);
        slot.Forget();
        for (long done = 0; done < plan.LengthBytes;)
        {
            int count = (int)long.Min(Shard.DefaultBlockBytes, plan.LengthBytes - done);
            computed.Read(slot.Memory.Slice(done, count), done);
            done += count;
        }

        string path = $"{place.PathOf(name)}/{VersionName.Shard(shard)}";
        if (directory.Exists(path)) directory.DeleteFile(path);
        directory.Link(slot.Path, path);
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The file stays the peer files' own.")]
    private PeerShard RowOf(RebuildPlan.Term term, string path) => new(files.Open(term.Holder, path, term.File.LengthBytes), term.File.LengthBytes);

    /// <summary>The vote of this version has passed long ago; a place that has it only now says so by the same rename.</summary>
    private void Publish(VersionName name)
    {
        if (place.IsLeader && !directory.Exists(name.Committed)) directory.Rename(name.Temporary, name.Committed);
    }
}
