using System;
using System.Linq;
using System.Text.Json;

namespace HpcVirt.Hypervisor.Qemu;

/// <summary>The parts of a file of guests, read strictly: what is missing, of another kind or unknown is refused by name.</summary>
internal static class GuestFileWords
{
    public static CpuFeatures? Cpu(JsonElement of, string name)
    {
        if (!of.TryGetProperty("cpu", out JsonElement cpu)) return null;
        if (cpu.ValueKind is JsonValueKind.String && cpu.GetString() is { Length: > 0 } model) return CpuFeatures.OfModel(model);
        return cpu.ValueKind is JsonValueKind.Array && cpu.GetArrayLength() > 0 && cpu.EnumerateArray().All(static one => one.ValueKind is JsonValueKind.String)
            ? CpuFeatures.OfList(cpu.EnumerateArray().Select(static one => one.GetString()!))
            : throw new FormatException($"\"cpu\" of {name} is neither the name of a model nor a list of features");
    }

    public static long? Count(JsonElement of, string key, string name)
    {
        if (!of.TryGetProperty(key, out JsonElement value)) return null;
        return value.ValueKind is JsonValueKind.Number && value.TryGetInt32(out int count) && count > 0 ? count : throw new FormatException($"\"{key}\" of {name} is no whole number above zero");
    }

    /// <summary>Names become parts of paths.</summary>
    public static string Name(JsonElement parent, string of)
    {
        string name = Text(parent, "name", of);
        return name.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.') && name[0] is not ('.' or '-')
            ? name
            : throw new FormatException($"'{name}' is no name; use letters, digits, '-', '_' and '.', and begin with a letter or digit");
    }

    public static string Text(JsonElement parent, string name, string of) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind is JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : throw new FormatException($"{of} lacks \"{name}\", or it is no text");

    public static JsonElement.ArrayEnumerator Items(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement list) && list.ValueKind is JsonValueKind.Array
            ? list.EnumerateArray()
            : throw new FormatException($"the file lacks \"{name}\", or it is no list");

    public static void OnlyKnown(JsonElement parent, string of, params ReadOnlySpan<string> known)
    {
        if (parent.ValueKind is not JsonValueKind.Object) throw new FormatException($"{of} is no object");
        foreach (JsonProperty property in parent.EnumerateObject())
        {
            if (!known.Contains(property.Name)) throw new FormatException($"{of} has \"{property.Name}\", which nobody here knows; it may have {string.Join(", ", known!)}");
        }
    }
}
