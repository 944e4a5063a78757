using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Checkpoint.Formats;
using HpcVirt.Checkpoint.Protocol;
using HpcVirt.Checkpoint.Redundancy;

namespace HpcVirt.Checkpoint;

/// <summary>Finds the files of a version in a place that are intact to the last byte.</summary>
internal sealed class VersionInventory(Place place, ICheckpointDirectory directory)
{
    /// <summary>The rank whose shard needs no reading, because every byte of it has just been checked; -1: none.</summary>
    public int KnownIntact { get; init; } = -1;

    public Inventory Take(VersionName name)
    {
        string found = "";
        byte[] manifest = [];
        var files = new List<FoundFile>();
        string? problem = Attempted.Run(() =>
        {
            string path = place.PathOf(name);
            if (!directory.Exists(path)) return;
            found = path;
            if (place.IsLeader) manifest = ReadManifest(path, name);
            files.AddRange(Mine([.. directory.List(path).Where(static e => !e.IsDirectory).Select(static e => e.Name).Order(StringComparer.Ordinal)])
                .Select(file => Read($"{path}/{file}", file, name)).OfType<FoundFile>());
        });
        return new Inventory(problem, place.Leaders[place.Rank], found, manifest, files);
    }

    /// <summary>The ranks of a place divide its files among themselves.</summary>
    private IEnumerable<string> Mine(string[] names)
    {
        int[] neighbours = [.. Enumerable.Range(0, place.Leaders.Count).Where(rank => place.Leaders[rank] == place.Leaders[place.Rank])];
        int mine = Array.IndexOf(neighbours, place.Rank);
        return names.Where((_, i) => i % neighbours.Length == mine);
    }

    private byte[] ReadManifest(string path, VersionName name)
    {
        string file = $"{path}/{VersionName.Manifest}";
        try
        {
            byte[] bytes = FileBytes.ReadWhole(directory, file, Manifest.MaximumBytes);
            return Manifest.Decode(bytes, file).Name == name ? bytes : [];
        }
        catch (CheckpointException)
        {
            // Missing or damaged: another place has it.
            return [];
        }
    }

    private FoundFile? Read(string path, string fileName, VersionName name)
    {
        try
        {
            if (VersionName.TryParseShard(fileName, out int rank))
            {
                using var shard = ShardReader.Open(directory, path);
                bool isIntact = shard.Shard.Name == name && shard.Shard.Rank == rank && (rank == KnownIntact || !shard.Damages(shard.NewBuffer()).Any());
                return isIntact ? new FoundFile(path, rank, shard.Shard.LengthBytes, shard.Checksum, null) : null;
            }

            if (!VersionName.TryParseRedundancy(fileName, out rank)) return null;
            using var kept = RedundancyReader.Open(directory, path);
            RedundancyFile header = kept.Header;
            if (header.Name != name || header.Keeper != rank || kept.FirstDamage() is not null) return null;
            return new FoundFile(
                path, rank, header.LengthBytes, kept.Checksum,
                new FoundRedundancy(header.Layout, header.Kept, header.ChunkBytes, header.PayloadOffsetBytes, header.Members));
        }
        catch (CheckpointException)
        {
            // Damaged is as good as not there; verification names what is wrong with it.
            return null;
        }
    }
}
