using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace HpcVirt.Hypervisor;

/// <summary>
/// What a processor can do, as a host offers it or as a guest needs it: a model's name, or a list of features. A guest that has seen a feature uses it after a move
/// as well, and dies of an illegal instruction where it is missing; so a move is refused before it begins.
/// </summary>
/// <remarks>The levels x86-64-v1 to x86-64-v4 are known by their features (System V psABI, AMD64 supplement, table 3.1). Every other model is only a name: it fits itself, and a
/// comparison with anything else takes a list.</remarks>
public sealed record CpuFeatures
{
    private static readonly string[] Level1 = ["cmov", "cx8", "fpu", "fxsr", "mmx", "sse", "sse2"];
    private static readonly string[] Level2 = [.. Level1, "cx16", "lahf-lm", "popcnt", "sse3", "sse4.1", "sse4.2", "ssse3"];
    private static readonly string[] Level3 = [.. Level2, "avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"];
    private static readonly string[] Level4 = [.. Level3, "avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"];

    private readonly ImmutableSortedSet<string>? _features;

    private CpuFeatures(string? model, ImmutableSortedSet<string>? features)
    {
        Model = model;
        _features = features;
    }

    /// <summary>The model's name; null where features are listed.</summary>
    public string? Model { get; }

    /// <summary>A model.</summary>
    /// <param name="name">Its name, as the hypervisor writes it.</param>
    public static CpuFeatures OfModel(string name) => new(name, name switch
    {
        "x86-64-v1" => Set(Level1),
        "x86-64-v2" => Set(Level2),
        "x86-64-v3" => Set(Level3),
        "x86-64-v4" => Set(Level4),
        _ => null,
    });

    /// <summary>A list of features.</summary>
    /// <param name="features">Their names, as the hypervisor writes them; order and letter case do not matter.</param>
    public static CpuFeatures OfList(IEnumerable<string> features) => new(null, Set(features));

    /// <summary>Why a guest that needs these cannot work on a host; null if it can.</summary>
    /// <param name="host">What the host offers; null where nobody has written it down, which is no yes.</param>
    public string? WhyNotOn(CpuFeatures? host)
    {
        if (host is null) return $"nobody has written down what its processor can do, and the guest needs {this}";
        if (Model is not null && Model == host.Model) return null;
        if (_features is null) return $"the guest needs {this}, the host is {host}, and a name says nothing of features: list them in hosts[].cpu or guests[].cpu";
        if (host._features is null) return $"the host is {host}, and a name says nothing of features: list them in hosts[].cpu";
        string[] missing = [.. _features.Except(host._features)];
        return missing.Length == 0 ? null : $"its processor lacks {string.Join(", ", missing)}";
    }

    /// <inheritdoc/>
    public bool Equals(CpuFeatures? other) => other is not null && Model == other.Model && (_features ?? []).SetEquals(other._features ?? []);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Model, _features?.Count);

    /// <inheritdoc/>
    public override string ToString() => Model is not null ? $"a {Model}" : string.Join(" ", _features!);

    private static ImmutableSortedSet<string> Set(IEnumerable<string> names) => [.. names.Select(static name => string.Concat(name.Select(char.ToLowerInvariant)))];
}
