using System.Collections.Generic;
using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint;

/// <summary>One tier of a store, opened: its place, its rule, and which of its versions are known to be good.</summary>
internal sealed class StorageTier(string name, Place place, int every, int keep, TierCompression compression)
{
    public string Name => name;

    public Place Place => place;

    public int Every => every;

    /// <summary>How shards are encoded on their way here.</summary>
    public TierCompression Compression => compression;

    public int Keep => keep;

    public List<VersionName> Proven { get; } = [];

    /// <summary>Notes that a version is good on every rank; of those, only the newest ones ever matter.</summary>
    public void Prove(VersionName version)
    {
        Proven.Add(version);
        if (Proven.Count > keep) Proven.RemoveAt(0);
    }

    /// <summary>Versions that were committed to the tier before it; counts which of them are due here.</summary>
    public long Offered { get; set; }
}
