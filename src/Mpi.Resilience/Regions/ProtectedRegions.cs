using System;
using System.Collections.Generic;
using System.Text.Json;
using System.Text.Json.Serialization;
using HpcVirt.Checkpoint;
using HpcVirt.Checkpoint.Files;

namespace HpcVirt.Mpi.Resilience;

/// <summary>The regions that a program protects, in the order of their declaration.</summary>
internal sealed class ProtectedRegions
{
    private static readonly JsonSerializerOptions ObjectFormat = new()
    {
        // A diverging solver's state is full of infinities, and must survive all the same.
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        IncludeFields = true,
    };

    private readonly List<CheckpointRegion> _regions = [];
    private readonly List<Delegate> _providers = [];

    public IReadOnlyList<CheckpointRegion> All => _regions;

    /// <summary>What the program passed to get at its state: where a rehearsal starts to look for state that was forgotten.</summary>
    public IReadOnlyList<Delegate> Providers => _providers;

    /// <summary>Set when the first step is taken: from then on the set of regions is what a checkpoint consists of.</summary>
    public bool IsClosed { get; set; }

    public void AddMemory<T>(string name, Decomposition? decomposition, Func<Memory<T>> memory)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(memory);
        MemoryRegion<T> region = decomposition is { } part
            ? new MemoryRegion<T>(name, RegionDecomposition.Block(part.GlobalShape, part.BoxStart, part.BoxShape, part.Halo), memory)
            : new MemoryRegion<T>(name, memory);
        Add(name, region, memory);
    }

    public void AddObject<T>(string name, Func<T> get, Action<T> set)
    {
        ArgumentNullException.ThrowIfNull(get);
        ArgumentNullException.ThrowIfNull(set);
        var region = new ObjectRegion(
            name,
            () => JsonSerializer.SerializeToUtf8Bytes(get(), ObjectFormat),
            bytes => set(JsonSerializer.Deserialize<T>(bytes, ObjectFormat)!));
        Add(name, region, get);
    }

    public void AddFile(ProtectedFile file)
    {
        var onDisk = new PhysicalApplicationFile(file.Name);
        Add(file.Name, file.Kind == FileKind.Appended
            ? new AppendedFileRegion(file.Name, onDisk, file.Flush)
            : new RewrittenFileRegion(file.Name, onDisk, file.Flush));
    }

    private void Add(string name, CheckpointRegion region, Delegate provider)
    {
        Add(name, region);
        _providers.Add(provider);
    }

    private void Add(string name, CheckpointRegion region)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (IsClosed)
        {
            throw new ResilienceException(
                $"Region '{name}' was protected after the first step. Protect everything before the loop: a checkpoint holds the regions known at its start.");
        }

        if (_regions.Exists(known => known.Name == region.Name))
            throw new ResilienceException($"Region '{name}' is protected twice. Give every region a name of its own.");
        _regions.Add(region);
    }
}
