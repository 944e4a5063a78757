using System.Collections.Generic;
using System.Text.Json;
using System.Text.Json.Serialization;
using HpcVirt.Predictor.Training;

namespace HpcVirt.Predictor.ModelFile;

/// <summary>The manifest of a model file: what the payloads are, and how to read what they say.</summary>
internal sealed record ModelManifest
{
    public const string FormatName = "hpcvirt-predictor";
    public const int FormatVersionNow = 1;

    public static readonly JsonSerializerOptions Form = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Always <c>hpcvirt-predictor</c>.</summary>
    public required string Format { get; init; }

    public required int FormatVersion { get; init; }

    /// <summary>SHA-256 of features.json.</summary>
    public required string SchemaHash { get; init; }

    public required long MainHorizonS { get; init; }

    public required long LeadS { get; init; }

    public required long StepS { get; init; }

    public required IReadOnlyList<HorizonEntry> Horizons { get; init; }

    public required Thresholds Thresholds { get; init; }

    /// <summary>Per feature, in the order of features.json.</summary>
    public required IReadOnlyList<FeatureReference> References { get; init; }

    public required TrainingRecord Record { get; init; }
}

/// <summary>One horizon of a model file.</summary>
/// <param name="HorizonS">The horizon in seconds.</param>
/// <param name="Entry">The zip entry of its payload.</param>
/// <param name="Calibration">Margins in, probabilities out.</param>
internal sealed record HorizonEntry(long HorizonS, string Entry, Calibration Calibration);
