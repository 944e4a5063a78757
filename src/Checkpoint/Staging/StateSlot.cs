using System;
using System.Collections.Generic;
using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint;

/// <summary>A slot of the memory tier that holds this rank's shard of one version after the other, in the same pages.</summary>
/// <param name="path">Its lasting name in the place.</param>
/// <param name="memory">Its bytes.</param>
internal sealed class StateSlot(string path, MappedMemory memory) : IDisposable
{
    private Dictionary<string, (long OffsetBytes, long StoredBytes, SlotRegion Region)> _regions = [];

    public string Path => path;

    public MappedMemory Memory => memory;

    public long LengthBytes => memory.LengthBytes;

    /// <summary>What is known of each region's bytes here.</summary>
    public SlotRegion this[RegionEntry entry] => _regions[entry.Descriptor.Name].Region;

    /// <summary>
    /// Makes ready for a shard of that plan: what is here stays of use where a region lies as it did before. The header goes first, so that
    /// bytes of two versions never pass for a shard.
    /// </summary>
    public void Begin(Shard plan)
    {
        int headBytes = checked((int)(plan.Regions.Count == 0 ? plan.TrailerOffsetBytes : plan.Regions[0].OffsetBytes));
        memory.Slice(0, headBytes).Clear();
        Dictionary<string, (long, long, SlotRegion)> regions = [];
        foreach (RegionEntry entry in plan.Regions)
        {
            string name = entry.Descriptor.Name;
            if (_regions.TryGetValue(name, out var known) && known.OffsetBytes == entry.OffsetBytes && known.StoredBytes == entry.StoredBytes)
            {
                regions[name] = known;
                continue;
            }

            // Padding must be zero, and what was data before may be padding now.
            memory.Slice(entry.EndBytes, (int)(Shard.Align(entry.EndBytes) - entry.EndBytes)).Clear();
            regions[name] = (entry.OffsetBytes, entry.StoredBytes, new SlotRegion(entry.StoredBytes));
        }

        _regions = regions;
    }

    /// <summary>Other bytes than a stage's are written here: nothing of what is known of them holds any more.</summary>
    public void Forget() => _regions = [];

    /// <summary>Every slot hears of what has changed, because each is of another age.</summary>
    public void NoteChanges(string region, PageSet changed)
    {
        if (_regions.TryGetValue(region, out var known) && known.Region.Pending.PageCount == changed.PageCount) known.Region.Pending.UnionWith(changed);
    }

    /// <summary>Whether this slot holds the region's pages at that place.</summary>
    public bool Holds(RegionEntry entry) =>
        _regions.TryGetValue(entry.Descriptor.Name, out var known) && known.OffsetBytes == entry.OffsetBytes && known.StoredBytes == entry.StoredBytes;

    public void Dispose() => memory.Dispose();
}
