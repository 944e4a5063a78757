using System;
using System.Text;
using System.Text.Json;

namespace HpcVirt.Hypervisor.Qmp;

/// <summary>One message of QEMU.</summary>
internal abstract record QmpMessage
{
    private const int QuotedMax = 80;

    private QmpMessage()
    {
    }

    /// <summary>The first message on a connection.</summary>
    internal sealed record Greeting(int Major, int Minor, int Micro) : QmpMessage;

    /// <summary>The answer to a command.</summary>
    internal sealed record Return(long? Id, JsonElement Value) : QmpMessage;

    /// <summary>The refusal of a command.</summary>
    internal sealed record Error(long? Id, string Class, string Description) : QmpMessage;

    /// <summary>Something has happened. Names that nobody here knows are no error: newer QEMUs know more of them.</summary>
    internal sealed record Event(string Name, JsonElement Data) : QmpMessage;

    /// <summary>Reads one line.</summary>
    /// <exception cref="FormatException">It is no message; the text quotes its beginning.</exception>
    public static QmpMessage Parse(ReadOnlySpan<byte> line)
    {
        JsonElement root;
        try
        {
            var reader = new Utf8JsonReader(line);
            root = JsonElement.ParseValue(ref reader);
            while (reader.Read())
            {
                // Only white space may follow; anything else makes Read throw.
            }
        }
        catch (JsonException e)
        {
            throw new FormatException($"'{Quote(line)}' is no JSON", e);
        }

        if (root.ValueKind is not JsonValueKind.Object) throw new FormatException($"'{Quote(line)}' is no message");
        if (root.TryGetProperty("QMP", out JsonElement greeting)) return ReadGreeting(greeting, line);
        if (root.TryGetProperty("event", out JsonElement name) && name.ValueKind is JsonValueKind.String)
            return new Event(name.GetString()!, root.TryGetProperty("data", out JsonElement data) ? data : default);
        if (root.TryGetProperty("return", out JsonElement value)) return new Return(ReadId(root), value);
        if (root.TryGetProperty("error", out JsonElement error) && error.ValueKind is JsonValueKind.Object)
            return new Error(ReadId(root), Text(error, "class"), Text(error, "desc"));
        throw new FormatException($"'{Quote(line)}' is neither greeting, answer, refusal nor event");
    }

    private static Greeting ReadGreeting(JsonElement greeting, ReadOnlySpan<byte> line)
    {
        if (greeting.ValueKind is JsonValueKind.Object && greeting.TryGetProperty("version", out JsonElement version) && version.ValueKind is JsonValueKind.Object
            && version.TryGetProperty("qemu", out JsonElement qemu) && qemu.ValueKind is JsonValueKind.Object
            && Number(qemu, "major") is { } major && Number(qemu, "minor") is { } minor)
        {
            return new Greeting(major, minor, Number(qemu, "micro") ?? 0);
        }

        throw new FormatException($"'{Quote(line)}' is a greeting without a version");
    }

    private static int? Number(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind is JsonValueKind.Number && value.TryGetInt32(out int number) ? number : null;

    private static long? ReadId(JsonElement root) =>
        root.TryGetProperty("id", out JsonElement id) && id.ValueKind is JsonValueKind.Number && id.TryGetInt64(out long number) ? number : null;

    private static string Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind is JsonValueKind.String ? value.GetString()! : "";

    private static string Quote(ReadOnlySpan<byte> line)
    {
        var quoted = new StringBuilder();
        foreach (char letter in Encoding.UTF8.GetString(line[..Math.Min(line.Length, QuotedMax)])) quoted.Append(char.IsControl(letter) ? '.' : letter);
        return quoted.Append(line.Length > QuotedMax ? "..." : "").ToString();
    }
}
