using System;
using System.Buffers;
using System.Buffers.Text;
using System.Collections.Generic;
using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using HpcVirt.Control.Guard.Protocol;

namespace HpcVirt.Control.Guard.Journal;

/// <summary>What the guard remembers, on the disk. This page of code is docs/formats/guard-journal.md; the golden file is tests/Control.Tests/Golden/guard-journal.v1.</summary>
/// <remarks><code>
/// HVGUARD 1 NUMBER LENGTH CHECKSUM BODY\n      one record a line, the lines one after the other, numbered from 1 without a gap
///         |   |      |       |       |
///         |   |      |       |       JSON, UTF-8, one object without a line end: { "kind": "move-begun", "timeS": ..., ... }, see GuardRecord
///         |   |      |       64-bit XXH3 of "NUMBER BODY", 16 hexadecimal digits, small letters
///         |   |      bytes of BODY, decimal, at most 65536
///         |   decimal
///         version
/// </code>
/// A last line without its line end was being written when the guard was ended: what it meant to say was not acted upon, and it is cut off. Anything else that does not
/// fit is damage, and refused: a guard that has forgotten a move might make it again.</remarks>
internal static class GuardJournalFormat
{
    public const int BodyBytesMax = 65_536;

    /// <summary>Texts are cut to this many characters before they are written.</summary>
    public const int TextMax = 2000;

    private const string Magic = "HVGUARD";
    private const int Version = 1;
    private const int ChecksumDigits = 16;
    private const int HeaderBytesMax = 80;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        // For people who look into it; what ends a line is escaped all the same.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        MaxDepth = 4,
    };

    /// <summary>The line of a record.</summary>
    /// <param name="number">Its number, from 1.</param>
    /// <param name="record">The record.</param>
    public static byte[] Encode(long number, GuardRecord record)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(Cut(record), Options);
        string header = string.Create(CultureInfo.InvariantCulture, $"{Magic} {Version} {number} {body.Length} {Checksum(number, body)} ");
        return [.. Encoding.ASCII.GetBytes(header), .. body, (byte)'\n'];
    }

    /// <summary>Reads a journal.</summary>
    /// <param name="bytes">All of the file.</param>
    /// <param name="name">What to call it in errors.</param>
    /// <returns>The records, and how many bytes of the file they are; what follows was being written when the guard was ended.</returns>
    /// <exception cref="ControlException">It is foreign, damaged, or newer than this program.</exception>
    public static (IReadOnlyList<GuardRecord> Records, long WholeBytes) Decode(ReadOnlySpan<byte> bytes, string name)
    {
        var records = new List<GuardRecord>();
        long whole = 0;
        while (whole < bytes.Length)
        {
            ReadOnlySpan<byte> rest = bytes[(int)whole..];
            int end = rest.IndexOf((byte)'\n');
            if (end < 0) break;
            records.Add(Line(rest[..end], records.Count + 1, name));
            whole += end + 1;
        }

        return (records, whole);
    }

    private static GuardRecord Line(ReadOnlySpan<byte> line, long number, string name)
    {
        string[] words = Encoding.ASCII.GetString(line[..Math.Min(line.Length, HeaderBytesMax)]).Split(' ');
        if (words.Length < 6 || words[0] != Magic) throw Damaged(name, number, "it is no record of a guard");
        if (words[1] != "1") throw Damaged(name, number, $"it has version {words[1]}, and this program reads version {Version}");
        int start = Magic.Length + words[1].Length + words[2].Length + words[3].Length + words[4].Length + 5;
        ReadOnlySpan<byte> body = line[Math.Min(start, line.Length)..];
        if (words[2] != number.ToString(CultureInfo.InvariantCulture)) throw Damaged(name, number, $"it says that it is record {words[2]}: records are missing, or stand in another order");
        if (words[3] != body.Length.ToString(CultureInfo.InvariantCulture) || body.Length > BodyBytesMax) throw Damaged(name, number, $"it has {body.Length} bytes, and says {words[3]}");
        if (words[4].Length != ChecksumDigits || words[4] != Checksum(number, body)) throw Damaged(name, number, "its checksum does not fit its content");
        try
        {
            return JsonSerializer.Deserialize<GuardRecord>(body, Options) is { } record && IsSound(record) ? record : throw Damaged(name, number, "it is whole, and yet says nothing");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException)
        {
            throw Damaged(name, number, $"it is whole, and yet says nothing that this program understands ({e.Message.Split('\n')[0].TrimEnd('.')})", e);
        }
    }

    private static bool IsSound(GuardRecord record) => record is not CaseOpened { Reasons.IsDefault: true };

    private static string Checksum(long number, ReadOnlySpan<byte> body)
    {
        var hash = new XxHash3();
        Span<byte> prefix = stackalloc byte[24];
        _ = Utf8Formatter.TryFormat(number, prefix, out int written, new StandardFormat('D'));
        prefix[written++] = (byte)' ';
        hash.Append(prefix[..written]);
        hash.Append(body);
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    /// <summary>What others say is of any length; a record is not.</summary>
    private static GuardRecord Cut(GuardRecord record) => record switch
    {
        MoveEnded ended => ended with { Remark = Cut(ended.Remark) },
        SaveEnded ended => ended with { Remark = Cut(ended.Remark) },
        GuestLeft left => left with { Why = Cut(left.Why) },
        FailureSeen seen => seen with { FailureKind = Cut(seen.FailureKind) },
        VerdictGiven given => given with { By = Cut(given.By) },
        CaseOpened opened => opened with { Reasons = [.. opened.Reasons.Length > 5 ? opened.Reasons[..5] : opened.Reasons] },
        _ => record,
    };

    private static string Cut(string text) => text.Length <= TextMax ? text : text[..TextMax];

    private static ControlException Damaged(string name, long number, string why, Exception? cause = null) => new(
        ExitCode.BadInput,
        $"{name}: record {number} is damaged: {why}. Nothing is done from it: a guard that has forgotten a move might make it again. See where the guests are (hpcvirt vm list), move the file away, and start the guard anew.", cause);
}
