using System.Collections.Generic;
using System.Globalization;
using System.IO;
using HpcVirt.Predictor.Live;

namespace HpcVirt.Predictor.Sources;

/// <summary>
/// Reads the RAS logs of Blue Gene/L and of Thunderbird in the form in which they were published: an alert tag or "-", seconds since 1970, a date, a place, and the message. Blue Gene's rows
/// then have facility and severity; Thunderbird's are syslog. The kind is the log's, the code the tag of an alert; what was no alert is known by its message's template.
/// </summary>
public static class RasLog
{
    private const int HeadWords = 9;

    /// <summary>Reads a log of Blue Gene/L.</summary>
    /// <param name="text">The text.</param>
    public static IEnumerable<EventObservation> ParseBlueGene(TextReader text)
    {
        while (text.ReadLine() is { } line)
        {
            string[] words = line.Split(' ', HeadWords + 1);
            // tag, seconds, date, place, stamp, place, RAS, facility, severity, message
            if (words.Length < HeadWords || Seconds(words[1]) is not { } timeS) continue;
            string severity = IpmiSdr.NameOf(words[8]);
            yield return new EventObservation(timeS, words[3], "ras_" + severity, words[0] == "-" ? "" : words[0], 1, words.Length > HeadWords ? words[HeadWords] : "");
        }
    }

    /// <summary>Reads a log of Thunderbird.</summary>
    /// <param name="text">The text.</param>
    public static IEnumerable<EventObservation> ParseThunderbird(TextReader text)
    {
        while (text.ReadLine() is { } line)
        {
            string[] words = line.Split(' ', HeadWords);
            // tag, seconds, date, node, month, day, time, node/node, message
            if (words.Length < HeadWords || Seconds(words[1]) is not { } timeS) continue;
            yield return new EventObservation(timeS, words[3], "syslog", words[0] == "-" ? "" : words[0], 1, words[8]);
        }
    }

    private static long? Seconds(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) ? seconds : null;
}
