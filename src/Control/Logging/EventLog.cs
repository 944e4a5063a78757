using System;
using System.Buffers;
using System.Globalization;
using System.IO;
using System.Text.Json;
using System.Threading;

namespace HpcVirt.Control.Logging;

/// <summary>
/// Events of a job as lines of JSON: <c>{"time": ISO 8601, "event": name, ...fields}</c>. Every line is written at once, so a reader that
/// follows the file sees whole events only.
/// </summary>
internal sealed class EventLog(Stream stream, TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ArrayBufferWriter<byte> _line = new();

    public void Write(string name, ReadOnlySpan<(string Name, object? Value)> fields)
    {
        lock (_gate)
        {
            _line.ResetWrittenCount();
            using (var json = new Utf8JsonWriter(_line))
            {
                json.WriteStartObject();
                json.WriteString("time", time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture));
                json.WriteString("event", name);
                foreach ((string field, object? value) in fields) WriteField(json, field, value);
                json.WriteEndObject();
            }

            _line.Write("\n"u8);
            stream.Write(_line.WrittenSpan);
            stream.Flush();
        }
    }

    public void Dispose() => stream.Dispose();

    private static void WriteField(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null: json.WriteNull(name); break;
            case int number: json.WriteNumber(name, number); break;
            case long number: json.WriteNumber(name, number); break;
            case bool flag: json.WriteBoolean(name, flag); break;
            case TimeSpan duration: json.WriteNumber(name, duration.TotalSeconds); break;
            default: json.WriteString(name, value.ToString()); break;
        }
    }
}
