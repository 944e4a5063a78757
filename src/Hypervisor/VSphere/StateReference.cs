using System;
using System.Buffers;
using System.Collections.Generic;
using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;

namespace HpcVirt.Hypervisor.VSphere;

/// <summary>Which snapshot holds a guest's state. This page of code is docs/formats/vsphere-state.md; the golden file is tests/Hypervisor.Tests/Golden/vsphere-state.v1.</summary>
/// <remarks><code>
/// HPCVIRT-VSPHERE 1 LENGTH CHECKSUM\n     LENGTH: bytes of the body, decimal; CHECKSUM: 128-bit XXH3 of the body, 32 hexadecimal digits, small letters
/// { "guest": "vm1", "vcenter": "INSTANCE-UUID", "machine": "vm-42", "snapshot": "snapshot-7", "name": "hpcvirt-vm1-...", "savedAt": "2026-01-31T18:00:00.0000000+00:00" }
/// </code>
/// Nothing follows the body. The state itself is in vCenter's keeping, memory and disks: the checksum is of this reference, and not of the state.</remarks>
internal sealed record StateReference
{
    /// <summary>Readers refuse longer files unread.</summary>
    public const int FileBytesMax = 64 << 10;

    private const string Magic = "HPCVIRT-VSPHERE";
    private const int Format = 1;
    private const int HeaderBytesMax = 128;

    public required string Guest { get; init; }

    /// <summary>vCenter's <c>instanceUuid</c>: ids and snapshots are its own.</summary>
    public required string VCenter { get; init; }

    /// <summary>The machine's id when it was saved. For people: a machine that was registered again has another one.</summary>
    public required string Machine { get; init; }

    /// <summary>The snapshot's id when it was made; for people as well.</summary>
    public required string Snapshot { get; init; }

    /// <summary>The snapshot's name, which no other of the guest's has, and by which it is found.</summary>
    public required string Name { get; init; }

    public required DateTimeOffset SavedAt { get; init; }

    public byte[] Encode()
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("guest", Guest);
            json.WriteString("vcenter", VCenter);
            json.WriteString("machine", Machine);
            json.WriteString("snapshot", Snapshot);
            json.WriteString("name", Name);
            json.WriteString("savedAt", SavedAt.ToString("O", CultureInfo.InvariantCulture));
            json.WriteEndObject();
        }

        string header = string.Create(CultureInfo.InvariantCulture, $"{Magic} {Format} {body.WrittenCount} {Checksum(body.WrittenSpan)}\n");
        return [.. Encoding.ASCII.GetBytes(header), .. body.WrittenSpan];
    }

    /// <summary>Reads a reference.</summary>
    /// <param name="bytes">All of the file.</param>
    /// <param name="name">What to call it in errors.</param>
    /// <exception cref="HypervisorException">It is foreign, damaged, or newer than this program.</exception>
    public static StateReference Decode(ReadOnlySpan<byte> bytes, string name)
    {
        int end = bytes[..Math.Min(bytes.Length, HeaderBytesMax)].IndexOf((byte)'\n');
        string[] header = end < 0 ? [] : Encoding.ASCII.GetString(bytes[..end]).Split(' ');
        if (header.Length == 0 || header[0] != Magic) throw Refused(name, "it is no state that was saved under vSphere, or its beginning is damaged");
        if (header.Length < 2 || header[1] != "1") throw Refused(name, $"it has format {(header.Length < 2 ? "?" : header[1])}, and this program reads format {Format}");
        ReadOnlySpan<byte> body = bytes[(end + 1)..];
        if (header.Length != 4 || !int.TryParse(header[2], NumberStyles.None, CultureInfo.InvariantCulture, out int length) || length != body.Length || bytes.Length > FileBytesMax || header[3] != Checksum(body))
            throw Refused(name, "it is damaged: length and checksum do not fit its content");
        try
        {
            var reader = new Utf8JsonReader(body);
            JsonElement root = JsonElement.ParseValue(ref reader);
            if (reader.Read()) throw new FormatException("something follows it");
            return new StateReference
            {
                Guest = Text(root, "guest"),
                VCenter = Text(root, "vcenter"),
                Machine = Text(root, "machine"),
                Snapshot = Text(root, "snapshot"),
                Name = Text(root, "name"),
                SavedAt = root.GetProperty("savedAt").GetDateTimeOffset(),
            };
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            throw Refused(name, $"it is whole, and yet says nothing that this program understands ({e.Message.TrimEnd('.')})", e);
        }
    }

    private static HypervisorException Refused(string name, string reason, Exception? cause = null) => new($"{name}: {reason}. Take another file, or another set.", cause);

    private static string Checksum(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(XxHash128.Hash(bytes));

    private static string Text(JsonElement root, string name) => root.GetProperty(name).GetString() is { Length: > 0 } text ? text : throw new FormatException($"\"{name}\" is empty");
}
