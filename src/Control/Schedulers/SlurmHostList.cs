using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace HpcVirt.Control.Schedulers;

/// <summary>
/// Slurm's short form of many host names, as in SLURM_JOB_NODELIST: <c>login,node[01-03,7],rack[1-2]n[0-9]</c>. After scontrol(1), "show hostnames": a
/// range counts up, padded with zeros to the width of its beginning, and of several brackets the last one runs fastest. A pure function.
/// </summary>
public static class SlurmHostList
{
    /// <summary>More hosts than that are a mistake: Slurm itself takes 65,536 nodes at most.</summary>
    public const int HostsMax = 65_536;

    private const int DigitsMax = 9;
    private const int ShownMax = 200;

    /// <summary>The longest name that a host may have. Without this, long pieces times many hosts would fill the memory.</summary>
    private const int NameLengthMax = 255;

    /// <summary>The names one by one, in the list's order.</summary>
    /// <param name="text">The short form.</param>
    /// <exception cref="ControlException">It is malformed, or stands for more than <see cref="HostsMax"/> hosts.</exception>
    public static IReadOnlyList<string> Expand(string text)
    {
        var hosts = new List<string>();
        int position = 0;
        while (true)
        {
            foreach (string host in Entry(text, ref position, HostsMax - hosts.Count))
            {
                // A launcher would take it for an option.
                if (host.StartsWith('-')) throw Malformed(text, "a host's name begins with '-'");
                hosts.Add(host);
            }

            if (position == text.Length) return hosts;
            position++;
        }
    }

    /// <summary>One entry, up to a comma outside of brackets or the end.</summary>
    private static List<string> Entry(string text, ref int position, int room)
    {
        List<string> names = [""];
        int start = position;
        while (position < text.Length && text[position] != ',')
        {
            if (text[position] == '[')
            {
                List<string> numbers = Bracket(text, ref position, room);
                if ((long)names.Count * numbers.Count > room) throw TooMany(text);
                names = [.. names.SelectMany(_ => numbers, static (name, number) => name + number)];
            }
            else if (char.IsAsciiLetterOrDigit(text[position]) || text[position] is '-' or '_' or '.')
            {
                int from = position;
                while (position < text.Length && (char.IsAsciiLetterOrDigit(text[position]) || text[position] is '-' or '_' or '.')) position++;
                if (position - from > NameLengthMax) throw Malformed(text, $"a name is longer than {NameLengthMax} characters");
                string literal = text[from..position];
                names = [.. names.Select(name => name + literal)];
            }
            else
            {
                throw Malformed(text, $"'{text[position]}' is no part of a host's name");
            }

            if (names[0].Length > NameLengthMax) throw Malformed(text, $"a name is longer than {NameLengthMax} characters");
        }

        if (position == start) throw Malformed(text, "a name is empty");
        return names.Count <= room ? names : throw TooMany(text);
    }

    private static List<string> Bracket(string text, ref int position, int room)
    {
        int end = text.IndexOf(']', position);
        if (end < 0) throw Malformed(text, "a bracket is not closed");
        var numbers = new List<string>();
        foreach (string range in text[(position + 1)..end].Split(','))
        {
            string[] ends = range.Split('-');
            if (ends.Length > 2) throw Malformed(text, $"'{range}' is no range");
            int low = Number(text, ends[0]);
            int high = ends.Length == 2 ? Number(text, ends[1]) : low;
            if (high < low) throw Malformed(text, $"the range {range} runs backwards");
            if (numbers.Count + (long)high - low + 1 > room) throw TooMany(text);
            string format = "D" + ends[0].Length.ToString(CultureInfo.InvariantCulture);
            for (int number = low; number <= high; number++) numbers.Add(number.ToString(format, CultureInfo.InvariantCulture));
        }

        position = end + 1;
        return numbers;
    }

    private static int Number(string text, string digits) =>
        digits.Length is > 0 and <= DigitsMax && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw Malformed(text, $"'{digits}' is no number of at most {DigitsMax} digits");

    private static ControlException TooMany(string text) => Malformed(text, $"it stands for more than {HostsMax} hosts");

    private static ControlException Malformed(string text, string why) =>
        new(ExitCode.Usage, $"Slurm's list of nodes '{(text.Length > ShownMax ? text[..ShownMax] + "..." : text)}' cannot be read: {why}. Give --hosts; `scontrol show hostnames` prints the names.");
}
