using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace HpcVirt.Predictor.Features;

/// <summary>
/// The features of a model, in order, and what is needed to compute them. It is JSON that people can read and change; its hash stands in the model file,
/// and a model whose schema has another hash is refused.
/// </summary>
internal sealed record FeatureSchema
{
    private static readonly JsonSerializerOptions Form = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    /// <summary>The attribute by which nodes are neighbours, or empty.</summary>
    public string GroupBy { get; init; } = "";

    /// <summary>The attribute that says since when a node is watched, or empty: since its first row.</summary>
    public string Start { get; init; } = "";

    /// <summary>Whether a sensor's value holds until the next row (rows are written on change), or each row is a sample.</summary>
    public bool IsHeld { get; init; }

    /// <summary>Message templates that events are matched with.</summary>
    public IReadOnlyList<string> Templates { get; init; } = [];

    /// <summary>The features, in the order of a row.</summary>
    public required IReadOnlyList<FeatureSpec> Features { get; init; }

    /// <summary>Whether rows are columns of a feature table, with no time in them.</summary>
    [JsonIgnore]
    public bool IsTable => Features.Count > 0 && Features.All(static f => f.Source == FeatureSource.Column);

    [JsonIgnore]
    public IReadOnlyList<string> Names => [.. Features.Select(static f => f.Name)];

    public string ToJson() => JsonSerializer.Serialize(this, Form) + "\n";

    public static FeatureSchema Parse(string json, string file)
    {
        try
        {
            FeatureSchema schema = JsonSerializer.Deserialize<FeatureSchema>(json, Form) ?? throw new JsonException("it is null");
            return schema.Problem() is { } problem ? throw new PredictorException($"{file}: {problem}") : schema;
        }
        catch (JsonException error)
        {
            throw new PredictorException($"{file} is no feature schema: {error.Message} Write one with `hpcvirt predict schema` and change that.", error);
        }
    }

    /// <summary>SHA-256 of the JSON, in hexadecimal.</summary>
    public string Hash() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ToJson())));

    /// <summary>What is wrong, or null.</summary>
    public string? Problem()
    {
        if (Features.Count == 0) return "the schema has no features; give at least one";
        string? twice = Features.GroupBy(static f => f.Name).FirstOrDefault(static g => g.Count() > 1)?.Key;
        if (twice is not null) return $"the feature '{twice}' stands twice; take one away";
        FeatureSpec? endless = Features.FirstOrDefault(static f => f.WindowS < 0 || (f.WindowS == 0 && NeedsWindow(f.Stat)));
        return endless is null ? null : $"the feature '{endless.Name}' needs a window above zero";
    }

    private static bool NeedsWindow(FeatureStat stat) => stat is FeatureStat.Change or FeatureStat.Increase or FeatureStat.Mean
        or FeatureStat.Min or FeatureStat.Max or FeatureStat.Slope or FeatureStat.Deviation;
}
