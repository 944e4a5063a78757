using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text.Json;
using System.Text.RegularExpressions;
using HpcVirt.Predictor.Live;

namespace HpcVirt.Predictor.Sources;

/// <summary>
/// Finds hardware trouble in the kernel's messages: EDAC, machine checks, APEI's hardware errors, NVIDIA's Xid, PCIe AER, disks. Reads <c>journalctl -k -o json</c>,
/// <c>/dev/kmsg</c>, and plain lines as <c>dmesg</c> prints them. Other messages give nothing.
/// </summary>
public static partial class KernelLog
{
    /// <summary>The kind that all of its events have.</summary>
    public const string Kind = "kernel";

    /// <summary>Reads a log.</summary>
    /// <param name="text">The text, one message a line.</param>
    /// <param name="node">The node.</param>
    /// <param name="bootS">When the machine booted, in seconds since 1970: what the stamps of kmsg and dmesg count from.</param>
    public static IEnumerable<Observation> Parse(TextReader text, string node, long bootS)
    {
        while (text.ReadLine() is { } line)
        {
            if (ParseLine(line, node, bootS) is { } happened) yield return happened;
        }
    }

    /// <summary>Reads one message; null where it tells of no hardware trouble.</summary>
    /// <param name="line">The line.</param>
    /// <param name="node">The node.</param>
    /// <param name="bootS">When the machine booted.</param>
    public static EventObservation? ParseLine(string line, string node, long bootS)
    {
        (string message, long timeS) = Open(line, bootS);
        if (message.Length == 0 || CodeOf(message) is not { } code) return null;
        double count = 1;
        if (code is "edac_ce" or "edac_ue" && EdacCount().Match(message) is { Success: true } match)
            count = double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        return new EventObservation(timeS, node, Kind, code, count, message);
    }

    /// <summary>What kind of trouble a message tells of, or null.</summary>
    /// <param name="message">The message without its stamp.</param>
    public static string? CodeOf(string message)
    {
        if (message.Contains("EDAC", StringComparison.Ordinal))
        {
            if (EdacUncorrected().IsMatch(message)) return "edac_ue";
            if (EdacCorrected().IsMatch(message)) return "edac_ce";
            return null;
        }

        if (Xid().Match(message) is { Success: true } xid) return "xid_" + xid.Groups[1].Value;
        if (MachineCheck().IsMatch(message)) return "mce";
        if (message.Contains("[Hardware Error]", StringComparison.Ordinal))
            return message.Contains("fatal", StringComparison.OrdinalIgnoreCase) ? "apei_fatal" : message.Contains("event severity: corrected", StringComparison.Ordinal) ? "apei_corrected" : message.Contains("severity: recoverable", StringComparison.Ordinal) ? "apei_recoverable" : null;
        if (message.Contains("AER:", StringComparison.Ordinal))
            return message.Contains("Uncorrected", StringComparison.OrdinalIgnoreCase) ? "aer_uncorrected" : message.Contains("Corrected", StringComparison.OrdinalIgnoreCase) ? "aer_corrected" : null;
        if (message.Contains("I/O error", StringComparison.Ordinal)) return "io_error";
        if (Throttled().IsMatch(message)) return "throttled";
        return message.Contains("Memory failure:", StringComparison.Ordinal) ? "page_offlined" : null;
    }

    private static (string Message, long TimeS) Open(string line, long bootS)
    {
        if (line.StartsWith('{')) return OpenJournal(line);
        Match kmsg = Kmsg().Match(line);
        if (kmsg.Success) return (kmsg.Groups[2].Value, bootS + (long.Parse(kmsg.Groups[1].ValueSpan, CultureInfo.InvariantCulture) / 1_000_000));
        Match dmesg = Dmesg().Match(line);
        return dmesg.Success ? (dmesg.Groups[2].Value, bootS + (long)double.Parse(dmesg.Groups[1].ValueSpan, CultureInfo.InvariantCulture)) : ("", 0);
    }

    private static (string Message, long TimeS) OpenJournal(string line)
    {
        try
        {
            using JsonDocument entry = JsonDocument.Parse(line);
            JsonElement root = entry.RootElement;
            // A message that is not text is an array of its bytes; hardware errors are text.
            if (!root.TryGetProperty("MESSAGE", out JsonElement message) || message.ValueKind != JsonValueKind.String) return ("", 0);
            string? stamp = root.TryGetProperty("__REALTIME_TIMESTAMP", out JsonElement time) ? time.GetString() : null;
            return long.TryParse(stamp, NumberStyles.None, CultureInfo.InvariantCulture, out long microseconds) ? (message.GetString()!, microseconds / 1_000_000) : ("", 0);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return ("", 0);
        }
    }

    [GeneratedRegex(@"^\d+,\d+,(\d{1,17}),[^;]*;(.*)$")]
    private static partial Regex Kmsg();

    [GeneratedRegex(@"^\[\s*(\d{1,12}\.\d+)\]\s*(.*)$")]
    private static partial Regex Dmesg();

    [GeneratedRegex(@"\b(\d{1,9}) [CU]E\b")]
    private static partial Regex EdacCount();

    [GeneratedRegex(@"\bCE\b|[Cc]orrected error|[Cc]orrectable")]
    private static partial Regex EdacCorrected();

    [GeneratedRegex(@"\bUE\b|[Uu]ncorrect(ed|able)")]
    private static partial Regex EdacUncorrected();

    [GeneratedRegex(@"NVRM: Xid \(.*?\): (\d{1,4})")]
    private static partial Regex Xid();

    [GeneratedRegex(@"^mce:|Machine [Cc]heck|MCE: ")]
    private static partial Regex MachineCheck();

    [GeneratedRegex(@"temperature above threshold|cpu clock throttled")]
    private static partial Regex Throttled();
}
