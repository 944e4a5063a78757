using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;

namespace HpcVirt.Predictor.Data;

/// <summary>What dataset.json says: the grid of points, the periods, how failures are counted, and the counts that a right grid gives.</summary>
internal sealed record DatasetDescription
{
    public string Name { get; init; } = "";

    public bool IsReal { get; init; }

    public long? OriginS { get; init; }

    public long? StepS { get; init; }

    public long ObservedAtLeastS { get; init; }

    public long NotInLastS { get; init; }

    public bool SkipsWhileDown { get; init; }

    public long MinimumLeadS { get; init; }

    public long MergeFailuresS { get; init; }

    public bool? IsChangeOnly { get; init; }

    public IReadOnlyList<long> HorizonsS { get; init; } = [];

    /// <summary>Per horizon in seconds and period name: the first and the last point, both included.</summary>
    public IReadOnlyDictionary<long, IReadOnlyDictionary<string, TimeRange>> Periods { get; init; } = new Dictionary<long, IReadOnlyDictionary<string, TimeRange>>();

    /// <summary>Per horizon and period: points, positive points, counted failures.</summary>
    public IReadOnlyDictionary<long, IReadOnlyDictionary<string, GridCounts>> ExpectedCounts { get; init; } = new Dictionary<long, IReadOnlyDictionary<string, GridCounts>>();

    public static DatasetDescription Read(string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path));
            return Of(document.RootElement);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException or KeyNotFoundException or IOException)
        {
            throw new HealthDataException(path, 0, $"is not a dataset description ({error.Message}); correct it or take it away, then the grid comes from the options");
        }
    }

    private static DatasetDescription Of(JsonElement root)
    {
        JsonElement grid = root.TryGetProperty("grid", out JsonElement given) ? given : default;
        JsonElement values = root.TryGetProperty("values", out JsonElement told) ? told : default;
        return new DatasetDescription
        {
            Name = Text(root, "name"),
            IsReal = root.TryGetProperty("real", out JsonElement real) && real.ValueKind == JsonValueKind.True,
            OriginS = Text(grid, "originUtc") is { Length: > 0 } origin ? Time(origin) : null,
            StepS = Hours(root, "stepHours") ?? Hours(grid, "stepHours"),
            ObservedAtLeastS = Hours(grid, "observedAtLeastHours") ?? 0,
            NotInLastS = Hours(grid, "notInLastHoursOfObservation") ?? 0,
            SkipsWhileDown = grid.ValueKind == JsonValueKind.Object && grid.TryGetProperty("skipWhileDown", out JsonElement skips) && skips.ValueKind == JsonValueKind.True,
            MinimumLeadS = Hours(root, "minLeadHours") ?? 0,
            MergeFailuresS = Hours(root, "mergeFailuresWithinHours") ?? 0,
            IsChangeOnly = values.ValueKind == JsonValueKind.Object && values.TryGetProperty("changeOnly", out JsonElement changes) ? changes.ValueKind == JsonValueKind.True : null,
            HorizonsS = Horizons(root),
            Periods = PerHorizon(root, "periods", static range => new TimeRange(Time(range[0].GetString()!), Time(range[1].GetString()!))),
            ExpectedCounts = PerHorizon(root, "expectedCounts", static counts => new GridCounts(
                counts.GetProperty("points").GetInt64(), counts.GetProperty("positives").GetInt64(), counts.GetProperty("failures").GetInt64())),
        };
    }

    private static List<long> Horizons(JsonElement root)
    {
        var horizons = new List<long>();
        if (!root.TryGetProperty("horizonsHours", out JsonElement list)) return horizons;
        foreach (JsonElement hours in list.EnumerateArray()) horizons.Add((long)Math.Round(hours.GetDouble() * 3600));
        return horizons;
    }

    private static Dictionary<long, IReadOnlyDictionary<string, T>> PerHorizon<T>(JsonElement root, string name, Func<JsonElement, T> read)
    {
        var all = new Dictionary<long, IReadOnlyDictionary<string, T>>();
        if (!root.TryGetProperty(name, out JsonElement horizons)) return all;
        foreach (JsonProperty horizon in horizons.EnumerateObject())
        {
            var periods = new Dictionary<string, T>();
            foreach (JsonProperty period in horizon.Value.EnumerateObject()) periods[period.Name] = read(period.Value);
            all[(long)Math.Round(double.Parse(horizon.Name) * 3600)] = periods;
        }

        return all;
    }

    private static string Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static long? Hours(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number
            ? (long)Math.Round(value.GetDouble() * 3600) : null;

    private static long Time(string text) =>
        TimeText.TryParse(text, TimeZoneInfo.Utc, out long timeS) ? timeS : throw new FormatException($"'{text}' is no time");
}

/// <summary>From a first to a last time, both included.</summary>
internal readonly record struct TimeRange(long FromS, long ToS)
{
    public bool Contains(long timeS) => timeS >= FromS && timeS <= ToS;

    public override string ToString() => $"{TimeText.Format(FromS)} .. {TimeText.Format(ToS)}";
}

/// <summary>What a grid holds in a period.</summary>
internal readonly record struct GridCounts(long Points, long Positives, long Failures);
