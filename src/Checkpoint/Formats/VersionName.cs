using System;
using System.Globalization;

namespace HpcVirt.Checkpoint.Formats;

/// <summary>
/// The names inside a place. They are the state of a version, so they are read strictly: one spelling each.
/// <code>
/// hpcvirt-checkpoints.v1        marker: this directory is ours, layout 1; its name is its whole content
/// attempt-A                     which attempt began, and what it inherited (AttemptRecord)
/// start-A                       the version that attempt A started from (StartRecord)
/// spare-room                    given back where a full disk would keep an attempt from being recorded
/// probe-R-ID                    a rank's sign during opening, to find out who shares the place
/// vV-aA.tmp/                    version V of attempt A, being written
/// vV-aA/                        committed
///     manifest                  what belongs to the version (Manifest)
///     rank-R.shard              one rank's state (Shard)
///     rank-R.redundancy         what rank R keeps for the members of its failure group (RedundancyFile)
/// vV-aA.doomed/                 being deleted
/// </code>
/// docs/formats/directory.md is the page of this file.
/// </summary>
internal readonly record struct VersionName(long Version, long Attempt) : IComparable<VersionName>
{
    public const string Marker = "hpcvirt-checkpoints.v1";
    public const string Manifest = "manifest";
    public const string TemporarySuffix = ".tmp";
    public const string DoomedSuffix = ".doomed";
    public const string ProbePrefix = "probe-";
    public const string AttemptPrefix = "attempt-";
    public const string StartPrefix = "start-";
    public const string SpareRoom = "spare-room";

    /// <summary>What file systems put into a fresh mount by themselves; it does not make a directory foreign.</summary>
    public const string LostAndFound = "lost+found";

    public string Committed => $"v{Version}-a{Attempt}";

    public string Temporary => Committed + TemporarySuffix;

    public string Doomed => Committed + DoomedSuffix;

    /// <summary>The directory's name in a state.</summary>
    public string Directory(VersionState state) => state switch
    {
        VersionState.Committed => Committed,
        VersionState.Doomed => Doomed,
        _ => Temporary,
    };

    public static string Shard(int rank) => $"rank-{rank}.shard";

    public static string Redundancy(int rank) => $"rank-{rank}.redundancy";

    public static string AttemptFile(long attempt) => $"{AttemptPrefix}{attempt}";

    public static string StartFile(long attempt) => $"{StartPrefix}{attempt}";

    public static bool TryParse(string name, out VersionName version, out VersionState state)
    {
        (string stem, state) =
            name.EndsWith(TemporarySuffix, StringComparison.Ordinal) ? (name[..^TemporarySuffix.Length], VersionState.Temporary)
            : name.EndsWith(DoomedSuffix, StringComparison.Ordinal) ? (name[..^DoomedSuffix.Length], VersionState.Doomed)
            : (name, VersionState.Committed);
        version = default;

        int dash = stem.IndexOf("-a", StringComparison.Ordinal);
        if (dash < 0 || stem[0] != 'v') return false;
        if (!TryNumber(stem.AsSpan(1, dash - 1), out long number)) return false;
        if (!TryNumber(stem.AsSpan(dash + 2), out long attempt)) return false;
        version = new VersionName(number, attempt);
        return true;
    }

    public static bool TryParseAttempt(string name, out long attempt)
    {
        attempt = 0;
        return name.StartsWith(AttemptPrefix, StringComparison.Ordinal) && TryNumber(name.AsSpan(AttemptPrefix.Length), out attempt);
    }

    public static bool TryParseStart(string name, out long attempt)
    {
        attempt = 0;
        return name.StartsWith(StartPrefix, StringComparison.Ordinal) && TryNumber(name.AsSpan(StartPrefix.Length), out attempt);
    }

    public static bool TryParseShard(string name, out int rank) => TryParseRankFile(name, ".shard", out rank);

    public static bool TryParseRedundancy(string name, out int rank) => TryParseRankFile(name, ".redundancy", out rank);

    private static bool TryParseRankFile(string name, string suffix, out int rank)
    {
        const string Prefix = "rank-";
        rank = 0;
        if (!name.StartsWith(Prefix, StringComparison.Ordinal) || !name.EndsWith(suffix, StringComparison.Ordinal)) return false;
        if (name.Length <= Prefix.Length + suffix.Length) return false;
        if (!TryNumber(name.AsSpan(Prefix.Length..^suffix.Length), out long number) || number > int.MaxValue) return false;
        rank = (int)number;
        return true;
    }

    /// <summary>Newer is greater: by version, then by attempt.</summary>
    public int CompareTo(VersionName other) =>
        Version != other.Version ? Version.CompareTo(other.Version) : Attempt.CompareTo(other.Attempt);

    public override string ToString() => Committed;

    private static bool TryNumber(ReadOnlySpan<char> text, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value)
        && (text.Length == 1 || text[0] != '0');
}
