using System;
using System.Globalization;

namespace HpcVirt.Predictor.Data;

/// <summary>
/// Times as text: ISO 8601 with a zone, ISO 8601 without one (the dataset's zone is taken), or seconds since 1970. Inside, a time is
/// whole seconds since 1970-01-01 UTC; the finest clock of any source that we read is a second.
/// </summary>
internal static class TimeText
{
    /// <summary>Nothing that we read was recorded before 1970; an earlier time is an error.</summary>
    public const long MinimumS = 0;
    public const long MaximumS = 253402300799;

    /// <summary>Reads a time; <paramref name="zone"/> is used only where the text names none.</summary>
    public static bool TryParse(string text, TimeZoneInfo zone, out long timeS) => TryParseAny(text, zone, out timeS) && timeS is >= MinimumS and <= MaximumS;

    private static bool TryParseAny(string text, TimeZoneInfo zone, out long timeS)
    {
        if (TryParseUtc(text, out timeS)) return true;
        if (text.Length == 0) return false;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out double seconds))
        {
            if (seconds is < MinimumS or > MaximumS) return false;
            timeS = (long)Math.Floor(seconds);
            return true;
        }

        if (!char.IsAsciiDigit(text[0])) return false;
        if (HasZone(text))
        {
            if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset moment)) return false;
            timeS = moment.ToUnixTimeSeconds();
            return true;
        }

        if (!DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime local)) return false;
        var unspecified = DateTime.SpecifyKind(local, DateTimeKind.Unspecified);
        // A time that the clock skipped in spring never was: it is refused, not guessed.
        if (zone.IsInvalidTime(unspecified)) return false;
        timeS = new DateTimeOffset(unspecified, zone.GetUtcOffset(unspecified)).ToUnixTimeSeconds();
        return true;
    }

    public static string Format(long timeS) =>
        DateTimeOffset.FromUnixTimeSeconds(timeS).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>The form nearly all rows have, <c>2015-01-01T06:00:00Z</c>, without the general parser.</summary>
    private static bool TryParseUtc(string text, out long timeS)
    {
        timeS = 0;
        if (text.Length != 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text[19] != 'Z') return false;
        int year = (Two(text, 0) * 100) + Two(text, 2), month = Two(text, 5), day = Two(text, 8);
        int hour = Two(text, 11), minute = Two(text, 14), second = Two(text, 17);
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 59) return false;
        timeS = ((DaysBefore(year, month) + day - 1) * 86400L) + (hour * 3600) + (minute * 60) + second;
        return true;
    }

    /// <summary>Days from 1970-01-01 to the first of a month.</summary>
    private static long DaysBefore(int year, int month)
    {
        // Years that begin in March put the leap day at their end.
        long y = month <= 2 ? year - 1 : year;
        long era = y / 400, yearOfEra = y - (era * 400);
        long dayOfYear = ((153L * (month + (month > 2 ? -3 : 9))) + 2) / 5;
        return (era * 146097) + (yearOfEra * 365) + (yearOfEra / 4) - (yearOfEra / 100) + dayOfYear - 719468;
    }

    private static int Two(string text, int at)
    {
        int tens = text[at] - '0', ones = text[at + 1] - '0';
        return (uint)tens > 9 || (uint)ones > 9 ? -10000 : (tens * 10) + ones;
    }

    private static bool HasZone(string text)
    {
        int time = text.IndexOfAny(['T', ' ', 't']);
        return time > 0 && (text[^1] is 'Z' or 'z' || text.IndexOf('+', time) > 0 || text.IndexOf('-', time) > 0);
    }
}
