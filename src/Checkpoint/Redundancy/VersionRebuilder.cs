using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Linq;
using HpcVirt.Checkpoint.Formats;
using HpcVirt.Checkpoint.Mesh;
using HpcVirt.Checkpoint.Protocol;
using HpcVirt.Checkpoint.Redundancy;

namespace HpcVirt.Checkpoint;

/// <summary>
/// Puts a damaged version of the memory tier back in order before a restart: shards that lie in other places are fetched, lost ones computed, and
/// the redundancy that was lost with a host is made anew at once, because the next host may be lost soon.
/// </summary>
internal sealed class VersionRebuilder(
    Place place, ISlotDirectory directory, ICheckpointGroup group, PeerFiles files, SlotPool pool, GroupRedundancy? redundancy)
{
    /// <summary>Collective. Does what can be done; whether it was enough, verifying the version again will tell.</summary>
    public void Rebuild(VersionName name)
    {
        var inventory = new VersionInventory(place, directory);
        Inventory[] all = Exchange.All(group, inventory.Take(name));
        byte[]? manifestBytes = all.Select(static i => i.Manifest).FirstOrDefault(static m => m.Length > 0);
        if (manifestBytes is null || all.Any(static i => i.Problem is not null)) return;
        var manifest = Manifest.Decode(manifestBytes, VersionName.Manifest);

        // Each step is waited for, because the next one reads what others have done in it.
        if (!Together(() => PrepareDirectory(name, all[group.Rank], manifestBytes, hasManifest: all[place.Leaders[group.Rank]].Manifest.Length > 0))) return;
        if (!Together(() => PutShards(name, manifest.Shards, all))) return;
        if (!Together(() => Publish(name))) return;

        // A job of another number of ranks protects its own versions; this one was another's.
        if (manifest.Shards.Count == group.Size) Together(() => PutRedundancy(name, manifest.Shards, all));
    }

    /// <summary>Collective, after a version was restored as it stood: what protects it is made anew where it is missing or its head is damaged.</summary>
    public void Renew(VersionName name) => Together(() =>
    {
        if (redundancy is null || !directory.Exists(name.Committed)) return;
        string path = $"{name.Committed}/{VersionName.Redundancy(group.Rank)}";
        if (Protects(path, name)) return;
        string manifestPath = $"{name.Committed}/{VersionName.Manifest}";
        var manifest = Manifest.Decode(FileBytes.ReadWhole(directory, manifestPath, Manifest.MaximumBytes), manifestPath);
        if (manifest.Shards.Count != group.Size) return;
        if (directory.Exists(path)) directory.DeleteFile(path);
        redundancy.Store(name, manifest.Shards, name.Committed);
    });

    /// <summary>Whether this rank's part of the redundancy is there for the groups of now; its payload is read when it is needed.</summary>
    private bool Protects(string path, VersionName name)
    {
        if (!directory.Exists(path)) return false;
        try
        {
            using var kept = RedundancyReader.Open(directory, path);
            return kept.Header.Name == name && kept.Header.Keeper == group.Rank && kept.Header.Layout == redundancy!.Layout
                && kept.Header.Members.Select(static m => m.Rank).SequenceEqual(redundancy.Members);
        }
        catch (CheckpointException)
        {
            return false;
        }
    }

    private bool Together(Action work)
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

    /// <summary>Each rank puts its own shard back, and where the job has fewer ranks than then, also some of those that are nobody's now.</summary>
    private void PutShards(VersionName name, IReadOnlyList<ManifestShard> shards, IReadOnlyList<Inventory> all)
    {
        for (int shard = group.Rank; shard < shards.Count; shard += group.Size)
            PutShard(name, shard, RebuildPlan.Make(shard, place.Leaders[group.Rank], shards, all));
    }

    private void PutShard(VersionName name, int shard, RebuildPlan plan)
    {
        if (plan.IsThere) return;
        if (plan.Reason is not null) throw new CheckpointException(plan.Reason);
        StateSlot slot = pool.Acquire(plan.LengthBytes, static _ => 0);
        slot.Forget();
        for (int part = 0; part < plan.Parts.Count; part++)
        {
            var sum = new WeightedSum();
            foreach ((RebuildPlan.Term term, PeerShard row) in plan.Parts[part].Select(t => (t, RowOf(t)))) sum.Add(row, term.OffsetBytes, term.Weight);
            long start = part * plan.ChunkBytes;
            long length = long.Clamp(plan.LengthBytes - start, 0, plan.ChunkBytes);
            for (long done = 0; done < length;)
            {
                int count = (int)long.Min(Shard.DefaultBlockBytes, length - done);
                sum.Compute(done, slot.Memory.Slice(start + done, count));
                done += count;
            }
        }

        string path = $"{place.PathOf(name)}/{VersionName.Shard(shard)}";
        if (directory.Exists(path)) directory.DeleteFile(path);
        directory.Link(slot.Path, path);
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The file stays the peer files' own.")]
    private PeerShard RowOf(RebuildPlan.Term term) => new(files.Open(term.Holder, term.File.Path, term.File.LengthBytes), term.File.LengthBytes);

    /// <summary>The vote of this version has passed long ago; a place that has it only now says so by the same rename.</summary>
    private void Publish(VersionName name)
    {
        if (place.IsLeader && !directory.Exists(name.Committed)) directory.Rename(name.Temporary, name.Committed);
    }

    private void PutRedundancy(VersionName name, IReadOnlyList<ManifestShard> shards, Inventory[] all)
    {
        if (redundancy is null) return;
        bool isThere = all.Where(i => i.Leader == all[group.Rank].Leader).SelectMany(static i => i.Files).Any(f =>
            f.Rank == group.Rank && f.Redundancy is { } r && r.Layout == redundancy.Layout && r.Members.Select(static m => m.Rank).SequenceEqual(redundancy.Members));
        if (isThere) return;
        string path = $"{name.Committed}/{VersionName.Redundancy(group.Rank)}";
        if (directory.Exists(path)) directory.DeleteFile(path);
        redundancy.Store(name, shards, name.Committed);
    }
}
