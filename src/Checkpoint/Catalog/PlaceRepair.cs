using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Checkpoint.Formats;
using HpcVirt.Checkpoint.Protocol;
using HpcVirt.Checkpoint.Redundancy;

namespace HpcVirt.Checkpoint;

/// <summary>Repairs versions from outside of any job: what is missing or damaged in one place is fetched from the others, or computed.</summary>
/// <param name="places">All places of the job, as far as they can be reached. No job may run in them.</param>
public sealed class PlaceRepair(IReadOnlyList<ICheckpointDirectory> places)
{
    private readonly Place[] _places = [.. places.Select((directory, index) => new Place(directory, index, [.. Enumerable.Range(0, places.Count)]))];

    /// <summary>Repairs every committed version, newest first, and returns a line for each file that was put back or could not be.</summary>
    /// <param name="progress">Told of bytes as they are written.</param>
    /// <exception cref="CheckpointDirectoryException">A place cannot be read or written.</exception>
    public IReadOnlyList<RepairLine> Run(IProgress<long>? progress = null)
    {
        foreach (ICheckpointDirectory directory in places) Found(directory);
        VersionName[] names = [.. _places.SelectMany(static p => Place.Survey(p.Directory).Of(VersionState.Committed)).Distinct().OrderDescending()];
        return [.. names.SelectMany(name => Repair(name, progress))];
    }

    /// <summary>A place that was lost as a whole begins anew; one that holds something else is not touched.</summary>
    private static void Found(ICheckpointDirectory directory)
    {
        directory.CreateRoot();
        if (directory.Exists(VersionName.Marker)) return;
        if (directory.List("").Any(static e => e.Name != VersionName.LostAndFound))
        {
            throw new ForeignDirectoryException(
                $"{directory.Location} is not empty and holds no checkpoints of HpcVirt (no {VersionName.Marker}). Is this the right directory?");
        }

        FileBytes.WriteNew(directory, VersionName.Marker, []);
        directory.SyncDirectory("");
    }

    private List<RepairLine> Repair(VersionName name, IProgress<long>? progress)
    {
        Inventory[] all = [.. _places.Select(p => new VersionInventory(p, p.Directory).Take(name))];
        if (all.Select(static i => i.Manifest).FirstOrDefault(static m => m.Length > 0) is not { } bytes)
            return [new RepairLine(name.ToString(), "", VersionName.Manifest, IsRepaired: false, "no place has an intact manifest")];

        var manifest = Manifest.Decode(bytes, VersionName.Manifest);
        var lines = new List<RepairLine>();
        for (int rank = 0; rank < manifest.Shards.Count; rank++)
        {
            int home = HomeOf(rank, manifest, all);
            var plan = RebuildPlan.Make(rank, home, manifest.Shards, all);
            if (plan.IsThere) continue;
            string file = VersionName.Shard(rank);
            string? problem = plan.Reason ?? Attempted.Run(() => Put(name, _places[home].Directory, file, plan, progress));
            lines.Add(new RepairLine(name.ToString(), _places[home].Directory.Location, file, problem is null, problem ?? "put back"));
        }

        foreach (Place place in _places.Where(p => all[p.Rank].Manifest.Length == 0 && p.Directory.Exists(p.PathOf(name))))
        {
            string? problem = Attempted.Run(() => Complete(name, place.Directory, bytes));
            lines.Add(new RepairLine(name.ToString(), place.Directory.Location, VersionName.Manifest, problem is null, problem ?? "put back"));
        }

        return lines;
    }

    /// <summary>Where a rank's shard belongs: with its neighbours' files, or in a place that has nothing of this version.</summary>
    private static int HomeOf(int rank, Manifest manifest, Inventory[] all)
    {
        int leader = manifest.Shards[rank].Leader;
        int known = Array.FindIndex(all, i => i.Files.Any(f => f.Rank < manifest.Shards.Count && manifest.Shards[f.Rank].Leader == leader));
        int empty = Array.FindIndex(all, static i => i.Files.Count == 0);
        return known >= 0 ? known : int.Max(empty, 0);
    }

    private void Put(VersionName name, ICheckpointDirectory directory, string fileName, RebuildPlan plan, IProgress<long>? progress)
    {
        string version = directory.Exists(name.Committed) ? name.Committed : name.Temporary;
        if (!directory.Exists(version)) directory.CreateDirectory(version);
        string path = $"{version}/{fileName}";
        string repaired = $"{path}.repaired";
        if (directory.Exists(repaired)) directory.DeleteFile(repaired);
        using (ICheckpointFile file = directory.CreateFile(repaired, plan.LengthBytes))
        {
            for (int part = 0; part < plan.Parts.Count; part++) Write(file, plan, part, progress);
            file.Sync();
        }

        // Only what is whole gets the name, and only then is the damaged one gone.
        if (directory.Exists(path)) directory.DeleteFile(path);
        directory.Rename(repaired, path);
        directory.SyncDirectory(version);
    }

    private void Write(ICheckpointFile target, RebuildPlan plan, int part, IProgress<long>? progress)
    {
        var open = new List<ICheckpointFile>();
        try
        {
            var sum = new WeightedSum();
            foreach (RebuildPlan.Term term in plan.Parts[part])
            {
                open.Add(_places[term.Holder].Directory.OpenFile(term.File.Path));
                sum.Add(new PeerShard(open[^1], term.File.LengthBytes), term.OffsetBytes, term.Weight);
            }

            byte[] buffer = new byte[Shard.DefaultBlockBytes];
            long start = part * plan.ChunkBytes;
            long length = long.Clamp(plan.LengthBytes - start, 0, plan.ChunkBytes);
            for (long done = 0; done < length;)
            {
                int count = (int)long.Min(buffer.Length, length - done);
                sum.Compute(done, buffer.AsSpan(0, count));
                target.Write(buffer.AsSpan(0, count), start + done);
                progress?.Report(count);
                done += count;
            }
        }
        finally
        {
            foreach (ICheckpointFile file in open) file.Dispose();
        }
    }

    /// <summary>The version is committed elsewhere, so its vote had passed: this place says so too, by the same rename.</summary>
    private static void Complete(VersionName name, ICheckpointDirectory directory, byte[] manifest)
    {
        string version = directory.Exists(name.Committed) ? name.Committed : name.Temporary;
        string path = $"{version}/{VersionName.Manifest}";
        if (directory.Exists(path)) directory.DeleteFile(path);
        FileBytes.WriteNew(directory, path, manifest);
        directory.SyncDirectory(version);
        if (version == name.Temporary) directory.Rename(name.Temporary, name.Committed);
        directory.SyncDirectory("");
    }
}
