using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json;
using HpcVirt.Control.Supervision;

namespace HpcVirt.Control.Guard.Configuration;

/// <summary>One object of a configuration: reads known keys, notes every problem instead of stopping at the first, and at the end refuses keys that nobody asked for.</summary>
internal sealed class ConfigSection
{
    private readonly string _name;
    private readonly List<string> _problems;
    private readonly Dictionary<string, JsonElement> _values = [];
    private readonly List<string> _known = [];

    public ConfigSection(JsonElement element, string name, List<string> problems)
    {
        _name = name;
        _problems = problems;
        if (element.ValueKind is not JsonValueKind.Object)
        {
            problems.Add($"{(name.Length == 0 ? "the file" : $"\"{name}\"")} is no object");
            return;
        }

        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (!_values.TryAdd(property.Name, property.Value)) problems.Add($"{Path(property.Name)} is there twice");
        }
    }

    /// <summary>The keys that are there.</summary>
    public IEnumerable<string> Keys => _values.Keys;

    public string? Text(string key, bool isRequired = false)
    {
        if (Value(key, isRequired) is not { } value) return null;
        if (value.ValueKind is JsonValueKind.String && value.GetString() is { Length: > 0 } text) return text;
        return Bad<string>(key, "a text");
    }

    public TimeSpan? Duration(string key)
    {
        if (Value(key) is not { } value) return null;
        if (value.ValueKind is JsonValueKind.String && SupervisorOptions.TryReadDuration(value.GetString()!, out TimeSpan span)) return span;
        _ = Bad<string>(key, "a duration, such as \"500ms\", \"30s\", \"15m\", \"24h\" or \"7d\"");
        return null;
    }

    public int? Count(string key, int min)
    {
        if (Value(key) is not { } value) return null;
        if (value.ValueKind is JsonValueKind.Number && value.TryGetInt32(out int count) && count >= min) return count;
        _ = Bad<string>(key, $"a whole number of at least {min}");
        return null;
    }

    public double? Number(string key, double min, double max)
    {
        if (Value(key) is not { } value) return null;
        if (value.ValueKind is JsonValueKind.Number && value.TryGetDouble(out double number) && number >= min && number <= max) return number;
        _ = Bad<string>(key, string.Create(CultureInfo.InvariantCulture, $"a number from {min} to {max}"));
        return null;
    }

    /// <summary>Bytes per second: a number, or a text with K, M or G for powers of 1024.</summary>
    public long? Rate(string key)
    {
        if (Text(key) is not { } text) return null;
        int shift = text[^1] switch { 'K' => 10, 'M' => 20, 'G' => 30, _ => 0 };
        if (long.TryParse(shift == 0 ? text : text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number > 0 && number <= long.MaxValue >> shift) return number << shift;
        _ = Bad<string>(key, "a rate in bytes per second, such as \"500K\", \"100M\" or \"1G\"");
        return null;
    }

    public IReadOnlyList<string> Texts(string key, bool isRequired = false)
    {
        if (Value(key, isRequired) is not { } value) return [];
        if (value.ValueKind is JsonValueKind.Array && value.EnumerateArray().All(static one => one.ValueKind is JsonValueKind.String)) return [.. value.EnumerateArray().Select(static one => one.GetString()!)];
        _ = Bad<string>(key, "a list of texts");
        return [];
    }

    public IReadOnlyList<IReadOnlyList<string>> Groups(string key)
    {
        if (Value(key) is not { } value) return [];
        if (value.ValueKind is JsonValueKind.Array && value.EnumerateArray().All(static group => group.ValueKind is JsonValueKind.Array && group.EnumerateArray().All(static one => one.ValueKind is JsonValueKind.String)))
            return [.. value.EnumerateArray().Select(static group => (IReadOnlyList<string>)[.. group.EnumerateArray().Select(static one => one.GetString()!)])];
        _ = Bad<string>(key, "a list of lists of texts");
        return [];
    }

    /// <summary>An object within; an empty one if it is not there.</summary>
    public ConfigSection Section(string key, bool isRequired = false)
    {
        using JsonDocument empty = JsonDocument.Parse("{}");
        return new ConfigSection(Value(key, isRequired) ?? empty.RootElement.Clone(), Path(key), _problems);
    }

    /// <summary>Refuses what was not asked for, and names what it may have been meant to be.</summary>
    public void Close()
    {
        foreach (string key in _values.Keys.Where(key => !_known.Contains(key)))
        {
            string nearest = _known.MinBy(known => Distance(known, key))!;
            _problems.Add($"{Path(key)} is not known; {(Distance(nearest, key) <= Math.Max(2, key.Length / 3) ? $"did you mean \"{nearest}\"?" : $"there are {string.Join(", ", _known)}")}");
        }
    }

    /// <summary>How many letters must be added, removed or changed to make one word of the other (Levenshtein).</summary>
    internal static int Distance(string one, string other)
    {
        int[] row = [.. Enumerable.Range(0, other.Length + 1)];
        for (int i = 1; i <= one.Length; i++)
        {
            (int diagonal, row[0]) = (row[0], i);
            for (int j = 1; j <= other.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (char.ToLowerInvariant(one[i - 1]) == char.ToLowerInvariant(other[j - 1]) ? 0 : 1)));
        }

        return row[^1];
    }

    private JsonElement? Value(string key, bool isRequired = false)
    {
        _known.Add(key);
        if (_values.TryGetValue(key, out JsonElement value)) return value;
        if (isRequired) _problems.Add($"{Path(key)} is missing");
        return null;
    }

    private T? Bad<T>(string key, string wanted)
        where T : class
    {
        _problems.Add($"{Path(key)} is {_values[key].GetRawText().ReplaceLineEndings(" ")}, and must be {wanted}");
        return null;
    }

    private string Path(string key) => _name.Length == 0 ? $"\"{key}\"" : $"\"{_name.Trim('"')}.{key}\"";
}
