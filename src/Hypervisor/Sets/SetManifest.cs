using System;
using System.Buffers;
using System.Collections.Generic;
using System.Globalization;
using System.IO.Hashing;
using System.Linq;
using System.Text;
using System.Text.Json;

namespace HpcVirt.Hypervisor;

/// <summary>What belongs to a set of saved guests. This page of code is docs/formats/guest-set.md; the golden file is tests/Hypervisor.Tests/Golden/guest-set.v1 and .v2.</summary>
/// <remarks><code>
/// HPCVIRT-GUESTS FORMAT LENGTH CHECKSUM\n     FORMAT: 1, or 2 where a guest has disks; LENGTH: bytes of the body, decimal; CHECKSUM: 128-bit XXH3 of the body, 32 hexadecimal digits, small letters
/// { "number": 7, "writtenAt": "2026-01-31T18:00:00.0000000+00:00", "backend": "qemu", "compression": "none", "silence": "held", "releasedAtMicroseconds": 0,
///   "guests": [ { "name", "host", "file", "lengthBytes", "checksum", "wasRunning", "stoppedAtMicroseconds", "saveFromMicroseconds", "savedAtMicroseconds",
///                  "disks": [ { "path", "format", "file", "lengthBytes", "checksum" } ] } ] }     disks: format 2 only
/// </code>
/// Nothing follows the body. Sets without disks are written in format 1, which older programs read; they refuse format 2, for memory without its disks is worse than nothing. A body that is whole, and says itself that its guests did not stand still together, is refused like a damaged one.</remarks>
public sealed record SetManifest
{
    private const string Magic = "HPCVIRT-GUESTS";
    private const int Format = 1;
    private const int FormatWithDisks = 2;
    private const int HeaderBytesMax = 128;
    private const int BodyBytesMax = 16 << 20;
    private const int ChecksumDigits = 32;

    /// <summary>The set's number; later sets have greater ones.</summary>
    public required long Number { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset WrittenAt { get; init; }

    /// <summary>The backend that made it, and must restore it.</summary>
    public required string Backend { get; init; }

    /// <summary>How its files are compressed.</summary>
    public required StateCompression Compression { get; init; }

    /// <summary>Why its states belong to one instant.</summary>
    public required SetSilence Silence { get; init; }

    /// <summary>When the first guest was let go on, from the beginning of the snapshot.</summary>
    public required long ReleasedAtMicroseconds { get; init; }

    /// <summary>Its guests.</summary>
    public required IReadOnlyList<SetGuest> Guests { get; init; }

    /// <summary>The bytes of the manifest.</summary>
    public byte[] Encode()
    {
        int format = Guests.Any(static guest => guest.Disks.Count > 0) ? FormatWithDisks : Format;
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("number", Number);
            json.WriteString("writtenAt", WrittenAt.ToString("O", CultureInfo.InvariantCulture));
            json.WriteString("backend", Backend);
            json.WriteString("compression", Word(Compression));
            json.WriteString("silence", Silence is SetSilence.Held ? "held" : "quiesced");
            json.WriteNumber("releasedAtMicroseconds", ReleasedAtMicroseconds);
            json.WriteStartArray("guests");
            foreach (SetGuest guest in Guests)
            {
                json.WriteStartObject();
                json.WriteString("name", guest.Name);
                json.WriteString("host", guest.Host);
                json.WriteString("file", guest.File);
                json.WriteNumber("lengthBytes", guest.LengthBytes);
                json.WriteString("checksum", guest.Checksum);
                json.WriteBoolean("wasRunning", guest.WasRunning);
                json.WriteNumber("stoppedAtMicroseconds", guest.StoppedAtMicroseconds);
                json.WriteNumber("saveFromMicroseconds", guest.SaveFromMicroseconds);
                json.WriteNumber("savedAtMicroseconds", guest.SavedAtMicroseconds);
                if (format is FormatWithDisks) WriteDisks(json, guest);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        string header = string.Create(CultureInfo.InvariantCulture, $"{Magic} {format} {body.WrittenCount} {Checksum(body.WrittenSpan)}\n");
        return [.. Encoding.ASCII.GetBytes(header), .. body.WrittenSpan];
    }

    /// <summary>Reads a manifest.</summary>
    /// <param name="bytes">All of the file.</param>
    /// <param name="name">What to call it in errors.</param>
    /// <exception cref="GuestSetException">It is foreign, damaged, newer than this program, or its guests did not stand still together.</exception>
    public static SetManifest Decode(ReadOnlySpan<byte> bytes, string name)
    {
        int end = bytes[..Math.Min(bytes.Length, HeaderBytesMax)].IndexOf((byte)'\n');
        string[] header = end < 0 ? [] : Encoding.ASCII.GetString(bytes[..end]).Split(' ');
        if (header.Length == 0 || header[0] != Magic) throw new GuestSetException(name, "it is no manifest of a set of guests, or its beginning is damaged. Take another set.");
        if (header.Length < 2 || header[1] is not ("1" or "2")) throw new GuestSetException(name, $"it has format {(header.Length < 2 ? "?" : header[1])}, and this program reads formats {Format} and {FormatWithDisks}. Take the program that wrote it, or a newer one.");
        ReadOnlySpan<byte> body = bytes[(end + 1)..];
        if (header.Length != 4 || !int.TryParse(header[2], NumberStyles.None, CultureInfo.InvariantCulture, out int length) || length > BodyBytesMax || length != body.Length || header[3] != Checksum(body))
            throw new GuestSetException(name, "it is damaged: length and checksum do not fit its content. Take another set.");
        try
        {
            var reader = new Utf8JsonReader(body);
            SetManifest manifest = Read(JsonElement.ParseValue(ref reader), hasDisks: header[1] is "2");
            if (reader.Read()) throw new FormatException("something follows it");
            manifest.RequireOneInstant(name);
            return manifest;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            throw new GuestSetException(name, $"it is whole, and yet says nothing that this program understands ({e.Message.TrimEnd('.')}). Take another set.", e);
        }
    }

    internal static string Checksum(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(XxHash128.Hash(bytes));

    private static void WriteDisks(Utf8JsonWriter json, SetGuest guest)
    {
        json.WriteStartArray("disks");
        foreach (SetDisk disk in guest.Disks)
        {
            json.WriteStartObject();
            json.WriteString("path", disk.Path);
            json.WriteString("format", disk.Format);
            json.WriteString("file", disk.File);
            json.WriteNumber("lengthBytes", disk.LengthBytes);
            json.WriteString("checksum", disk.Checksum);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static SetManifest Read(JsonElement root, bool hasDisks)
    {
        SetGuest[] guests = [.. root.GetProperty("guests").EnumerateArray().Select(guest => new SetGuest(
            Name(guest, "name"), Name(guest, "host"), Name(guest, "file"), Count(guest, "lengthBytes"), Text(guest, "checksum"), guest.GetProperty("wasRunning").GetBoolean(),
            Count(guest, "stoppedAtMicroseconds"), Count(guest, "saveFromMicroseconds"), Count(guest, "savedAtMicroseconds"))
        {
            Disks = hasDisks ? Disks(guest) : [],
        })];
        if (guests.Length == 0) throw new FormatException("it has no guests");
        if (HasTwice(guests.Select(static guest => guest.Name)) || HasTwice(guests.SelectMany(static guest => guest.Disks.Select(static disk => disk.File).Append(guest.File)))
            || HasTwice(guests.SelectMany(static guest => guest.Disks).Select(static disk => disk.Path)))
        {
            throw new FormatException("a guest, a file or a disk is in it twice");
        }


        if (guests.Any(static guest => guest.Checksum.Length != ChecksumDigits || guest.Disks.Any(static disk => disk.Checksum.Length != ChecksumDigits))) throw new FormatException("a checksum has the wrong length");
        return new SetManifest
        {
            Number = Count(root, "number"),
            WrittenAt = root.GetProperty("writtenAt").GetDateTimeOffset(),
            Backend = Text(root, "backend"),
            Compression = Text(root, "compression") switch
            {
                "none" => StateCompression.None,
                "lz4" => StateCompression.Lz4,
                "zstd" => StateCompression.Zstd,
                var other => throw new FormatException($"the compression '{other}' is not known"),
            },
            Silence = Text(root, "silence") switch
            {
                "held" => SetSilence.Held,
                "quiesced" => SetSilence.Quiesced,
                var other => throw new FormatException($"the silence '{other}' is not known"),
            },
            ReleasedAtMicroseconds = Count(root, "releasedAtMicroseconds"),
            Guests = guests,
        };
    }

    /// <summary>A set whose guests were saved one after the other, each going on before the next stood still, hangs silently after a restore.</summary>
    private void RequireOneInstant(string name)
    {
        if (Silence is SetSilence.Quiesced) return;
        long allStoppedAt = Guests.Max(static guest => guest.StoppedAtMicroseconds);
        SetGuest? early = Guests.FirstOrDefault(guest => guest.SaveFromMicroseconds < allStoppedAt);
        if (early is not null)
            throw new GuestSetException(name, $"guest {early.Name} was saved before all guests stood still, and the job was not silent: messages would be lost or come twice. Such a set is never restored; take another.");
        SetGuest? late = Guests.FirstOrDefault(guest => guest.SavedAtMicroseconds > ReleasedAtMicroseconds);
        if (late is not null)
            throw new GuestSetException(name, $"a guest went on before guest {late.Name} was saved, and the job was not silent: messages would be lost or come twice. Such a set is never restored; take another.");
    }

    private static SetDisk[] Disks(JsonElement guest) =>
        [.. guest.GetProperty("disks").EnumerateArray().Select(static disk => new SetDisk(FullPath(disk, "path"), Text(disk, "format"), Name(disk, "file"), Count(disk, "lengthBytes"), Text(disk, "checksum")))];

    private static bool HasTwice(IEnumerable<string> names) => names.GroupBy(static name => name).Any(static same => same.Count() > 1);

    /// <summary>A restore writes there: it is a place without detours.</summary>
    private static string FullPath(JsonElement parent, string name)
    {
        string text = Text(parent, name);
        return text.Length > 1 && text[0] is '/' && !text.Contains('\0', StringComparison.Ordinal) && System.IO.Path.GetFullPath(text) == text && text[^1] is not '/'
            ? text
            : throw new FormatException($"\"{name}\" is '{text}', which is no full path of a file");
    }

    private static string Word(StateCompression compression) => compression switch { StateCompression.Lz4 => "lz4", StateCompression.Zstd => "zstd", _ => "none" };

    private static string Text(JsonElement parent, string name) => parent.GetProperty(name).GetString() ?? throw new FormatException($"\"{name}\" is null");

    /// <summary>Names lead to files, and no manifest leads out of its directory.</summary>
    private static string Name(JsonElement parent, string name)
    {
        string text = Text(parent, name);
        return text.Length > 0 && text[0] is not '.' && !text.Contains('/', StringComparison.Ordinal) && !text.Contains('\0', StringComparison.Ordinal)
            ? text
            : throw new FormatException($"\"{name}\" is '{text}', which is no name");
    }

    private static long Count(JsonElement parent, string name) =>
        parent.GetProperty(name).TryGetInt64(out long number) && number >= 0 ? number : throw new FormatException($"\"{name}\" is no count");
}
