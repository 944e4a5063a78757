using System;
using System.Globalization;

namespace HpcVirt.Checkpoint;

/// <summary>The names of slots in a place of the memory tier: <c>slot-RANK-NUMBER.KIND</c>. docs/formats/directory.md is the page.</summary>
internal static class SlotName
{
    public const string State = "state";
    public const string Redundancy = "redundancy";

    private const string Prefix = "slot-";

    public static string Of(int rank, int number, string kind) => $"{Prefix}{rank}-{number}.{kind}";

    /// <summary>The file by whose lock a process shows that the rank's slots are its own.</summary>
    public static string LockOf(int rank) => $"{Prefix}{rank}.lock";

    public static bool TryParse(string name, out int rank, out int number, out string kind)
    {
        rank = number = 0;
        kind = "";
        if (!name.StartsWith(Prefix, StringComparison.Ordinal)) return false;
        int dash = name.IndexOf('-', Prefix.Length);
        int dot = name.IndexOf('.', Prefix.Length);
        if (dash < 0 || dot < dash) return false;
        kind = name[(dot + 1)..];
        return TryNumber(name.AsSpan(Prefix.Length..dash), out rank) && TryNumber(name.AsSpan((dash + 1)..dot), out number)
            && kind is State or Redundancy;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && (text.Length == 1 || text[0] != '0');
}
