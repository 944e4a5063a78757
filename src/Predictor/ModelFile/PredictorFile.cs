using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HpcVirt.Predictor.Engines;
using HpcVirt.Predictor.Features;
using HpcVirt.Predictor.Training;

namespace HpcVirt.Predictor.ModelFile;

/// <summary>
/// A model file (.hpcm): a zip archive, so that it can be looked into anywhere.
/// <code>
/// offset  bytes
///      0      4  magic "PK\3\4": the archive's first entry, which is manifest.json
///      .         manifest.json   format name and version, horizons, calibrations, thresholds, references, training record
///      .         features.json   the ordered feature schema; its SHA-256 stands in the manifest
///      .         model-N.bin     per horizon of N seconds: the engine's payload
///      .         SHA256SUMS      one line an entry before it: hash, two spaces, name; in the form of sha256sum(1)
/// </code>
/// Nothing of a payload is parsed before its checksum is verified. docs/formats/model.md is the page of this file.
/// </summary>
public static class PredictorFile
{
    private const int EntryBytesMax = 256 << 20;
    private const int EntriesMax = 64;
    private const string ManifestEntry = "manifest.json";
    private const string FeaturesEntry = "features.json";
    private const string SumsEntry = "SHA256SUMS";

    /// <summary>Zip cannot say "no time"; this is the earliest it can, so that equal models are equal files.</summary>
    private static readonly DateTimeOffset NoTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes a predictor; a reader sees the whole file or the one that was there before.</summary>
    /// <param name="predictor">The predictor.</param>
    /// <param name="path">The file.</param>
    public static void Save(FailurePredictor predictor, string path)
    {
        string part = path + ".part";
        File.WriteAllBytes(part, Encode(predictor));
        File.Move(part, path, overwrite: true);
    }

    /// <summary>Reads a predictor; throws <see cref="ModelFileException"/> on anything but an intact file that fits.</summary>
    /// <param name="path">The file.</param>
    /// <param name="trainers">All engines; the one that trained the model must be among them.</param>
    public static FailurePredictor Load(string path, IReadOnlyList<IFailureModelTrainer> trainers)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException(path, $"cannot be read: {error.Message} Train one with `hpcvirt predict train DIR --out {path}`.");
        }

        return Decode(bytes, path, trainers);
    }

    internal static byte[] Encode(FailurePredictor predictor)
    {
        string features = predictor.Schema.ToJson();
        var entries = new List<(string Name, byte[] Bytes)>();
        HorizonEntry[] horizons = [.. predictor.Horizons.Select(static h => new HorizonEntry(h.HorizonS, $"model-{h.HorizonS}.bin", h.Calibration))];
        var manifest = new ModelManifest
        {
            Format = ModelManifest.FormatName,
            FormatVersion = ModelManifest.FormatVersionNow,
            SchemaHash = predictor.Schema.Hash(),
            MainHorizonS = predictor.MainHorizonS,
            LeadS = predictor.LeadS,
            StepS = predictor.StepS,
            Horizons = horizons,
            Thresholds = predictor.Thresholds,
            References = predictor.References,
            Record = predictor.Record,
        };
        entries.Add((ManifestEntry, Encoding.UTF8.GetBytes(JsonSerializer.Serialize(manifest, ModelManifest.Form) + "\n")));
        entries.Add((FeaturesEntry, Encoding.UTF8.GetBytes(features)));
        entries.AddRange(predictor.Horizons.Select(static h => ($"model-{h.HorizonS}.bin", h.Model.Payload())));
        entries.Add((SumsEntry, Encoding.UTF8.GetBytes(string.Concat(entries.Select(static e => $"{Hash(e.Bytes)}  {e.Name}\n")))));
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in entries)
            {
                ZipArchiveEntry entry = archive.CreateEntry(name, CompressionLevel.Optimal);
                entry.LastWriteTime = NoTime;
                using Stream writer = entry.Open();
                writer.Write(content);
            }
        }

        return stream.ToArray();
    }

    internal static FailurePredictor Decode(byte[] bytes, string path, IReadOnlyList<IFailureModelTrainer> trainers)
    {
        if (bytes.Length < 4 || !bytes.AsSpan(0, 4).SequenceEqual("PK\u0003\u0004"u8))
            throw new ModelFileException(path, "is no model file: it does not begin as a zip archive does. Give a file that `hpcvirt predict train` wrote.");
        Dictionary<string, byte[]> entries = Unpack(bytes, path);
        Verify(entries, path);
        ModelManifest manifest = ReadManifest(entries[ManifestEntry], path);
        FeatureSchema schema = ReadSchema(entries, manifest, path);
        IFailureModelTrainer trainer = EngineChoice.Find(manifest.Record.Engine, trainers);
        var horizons = new List<HorizonModel>();
        foreach (HorizonEntry horizon in manifest.Horizons)
        {
            if (!entries.TryGetValue(horizon.Entry, out byte[]? payload)) throw new ModelFileException(path, $"lacks the entry '{horizon.Entry}' that its manifest names; it was put together wrongly: train again.");
            try
            {
                horizons.Add(new HorizonModel(horizon.HorizonS, trainer.Load(payload, schema.Features.Count), horizon.Calibration));
            }
            catch (PredictorException error) when (error is not (ModelFileException or EngineMissingException))
            {
                throw new ModelFileException(path, $"entry '{horizon.Entry}': {error.Message}");
            }
        }

        return new FailurePredictor(schema, horizons, manifest.MainHorizonS, manifest.LeadS, manifest.StepS, manifest.Thresholds, manifest.References, manifest.Record);
    }

    private static Dictionary<string, byte[]> Unpack(byte[] bytes, string path)
    {
        var entries = new Dictionary<string, byte[]>();
        try
        {
            using var archive = new ZipArchive(new MemoryStream(bytes), ZipArchiveMode.Read);
            if (archive.Entries.Count > EntriesMax) throw new ModelFileException(path, $"has {archive.Entries.Count} entries; a model file has at most {EntriesMax}.");
            foreach (ZipArchiveEntry entry in archive.Entries)
            {
                if (entry.Length > EntryBytesMax) throw new ModelFileException(path, $"entry '{entry.FullName}' announces {entry.Length} bytes, more than {EntryBytesMax}.");
                using Stream stream = entry.Open();
                byte[] content = ReadBounded(stream, path, entry.FullName);
                if (!entries.TryAdd(entry.FullName, content)) throw new ModelFileException(path, $"has the entry '{entry.FullName}' twice.");
            }
        }
        catch (Exception error) when (error is InvalidDataException or IOException or NotSupportedException or ArgumentException or OverflowException)
        {
            throw new ModelFileException(path, $"is a damaged or truncated model file ({error.Message}); copy it again, or train again.");
        }

        return entries;
    }

    /// <summary>What an entry announces is not believed: what really comes out is bounded.</summary>
    private static byte[] ReadBounded(Stream stream, string path, string name)
    {
        using var content = new MemoryStream();
        byte[] buffer = new byte[1 << 16];
        int readBytes;
        while ((readBytes = stream.Read(buffer)) > 0)
        {
            content.Write(buffer, 0, readBytes);
            if (content.Length > EntryBytesMax) throw new ModelFileException(path, $"entry '{name}' holds more than {EntryBytesMax} bytes.");
        }

        return content.ToArray();
    }

    private static void Verify(Dictionary<string, byte[]> entries, string path)
    {
        foreach (string needed in (string[])[ManifestEntry, FeaturesEntry, SumsEntry])
        {
            if (!entries.ContainsKey(needed)) throw new ModelFileException(path, $"is a zip archive without '{needed}': no model file of ours, or a truncated one.");
        }

        var sums = new Dictionary<string, string>();
        foreach (string line in Encoding.UTF8.GetString(entries[SumsEntry]).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = line.Split("  ", 2);
            if (parts.Length == 2) sums[parts[1]] = parts[0];
        }

        foreach ((string name, byte[] content) in entries)
        {
            if (name == SumsEntry) continue;
            if (!sums.TryGetValue(name, out string? recorded)) throw new ModelFileException(path, $"has no checksum for its entry '{name}'; it was changed after training: train again.");
            if (Hash(content) != recorded) throw new ModelFileException(path, $"entry '{name}' does not match its checksum: it is damaged or was changed; copy it again, or train again.");
        }
    }

    private static ModelManifest ReadManifest(byte[] bytes, string path)
    {
        try
        {
            using (JsonDocument peek = JsonDocument.Parse(bytes))
            {
                string? format = peek.RootElement.TryGetProperty("format", out JsonElement name) ? name.GetString() : null;
                if (format != ModelManifest.FormatName) throw new ModelFileException(path, $"is of the format '{format}', not '{ModelManifest.FormatName}'.");
                int version = peek.RootElement.GetProperty("formatVersion").GetInt32();
                if (version is < 1 or > ModelManifest.FormatVersionNow) throw new ModelFileException(path, $"has format version {version}; this program reads versions 1 to {ModelManifest.FormatVersionNow}. Use the program that wrote it, or a newer one.");
            }

            ModelManifest manifest = JsonSerializer.Deserialize<ModelManifest>(bytes, ModelManifest.Form) ?? throw new JsonException("it is null");
            return Problem(manifest) is { } problem ? throw new ModelFileException(path, $"manifest.json: {problem}") : manifest;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new ModelFileException(path, $"manifest.json cannot be read: {error.Message}");
        }
    }

    private static string? Problem(ModelManifest manifest)
    {
        if (manifest.Horizons.Count == 0 || manifest.Horizons.Any(static h => h.HorizonS <= 0)) return "it names no horizon above zero";
        if (manifest.Horizons.Select(static h => h.HorizonS).Distinct().Count() != manifest.Horizons.Count) return "it names a horizon twice";
        if (manifest.Horizons.All(h => h.HorizonS != manifest.MainHorizonS)) return "its main horizon is none of its horizons";
        if (manifest.LeadS < 0 || manifest.StepS <= 0) return "its lead or its step is out of bounds";
        return manifest.Horizons.Select(static h => h.Calibration.Problem()).FirstOrDefault(static p => p is not null);
    }

    private static FeatureSchema ReadSchema(Dictionary<string, byte[]> entries, ModelManifest manifest, string path)
    {
        FeatureSchema schema;
        try
        {
            schema = FeatureSchema.Parse(Encoding.UTF8.GetString(entries[FeaturesEntry]), FeaturesEntry);
        }
        catch (PredictorException error)
        {
            throw new ModelFileException(path, error.Message);
        }

        if (Hash(entries[FeaturesEntry]) != manifest.SchemaHash) throw new ModelFileException(path, "its features are not those that the model was trained on (the schema's hash differs); train again.");
        if (manifest.References.Count != schema.Features.Count) throw new ModelFileException(path, $"has {manifest.References.Count} references for {schema.Features.Count} features.");
        return schema;
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
