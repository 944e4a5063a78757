using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.IO;
using System.Linq;

namespace HpcVirt.Control.Guard;

/// <summary>
/// Hosts that an administrator has drained, in a file beside the file of guests: one a line, <c>HOST TIME REASON</c>. Nobody's own move puts a guest there; only
/// <c>hpcvirt vm undrain</c> takes a mark away.
/// </summary>
public static class DrainMarks
{
    /// <summary>The file of marks that belongs to a file of guests.</summary>
    /// <param name="guestFile">The file of guests.</param>
    public static string FileOf(string guestFile) => guestFile + ".drained";

    /// <summary>The hosts that are drained.</summary>
    /// <param name="file">The file of marks; one that is not there is empty.</param>
    /// <exception cref="ControlException">It cannot be read.</exception>
    public static ImmutableSortedSet<string> Read(string file) => [.. Lines(file).Select(static line => line.Split(' ')[0])];

    /// <summary>Marks a host.</summary>
    /// <param name="file">The file of marks.</param>
    /// <param name="host">The host.</param>
    /// <param name="reason">Why, for people.</param>
    /// <param name="now">Now.</param>
    /// <returns>False if it was marked already.</returns>
    /// <exception cref="ControlException">The file cannot be written.</exception>
    public static bool Add(string file, string host, string reason, DateTimeOffset now) =>
        Change(file, lines => lines.Any(line => Names(line, host)) ? null : [.. lines, $"{host} {now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)} {reason.ReplaceLineEndings(" ")}".TrimEnd()]);

    /// <summary>Takes a host's mark away.</summary>
    /// <param name="file">The file of marks.</param>
    /// <param name="host">The host.</param>
    /// <returns>False if it had none.</returns>
    /// <exception cref="ControlException">The file cannot be written.</exception>
    public static bool Remove(string file, string host) => Change(file, lines => lines.Any(line => Names(line, host)) ? [.. lines.Where(line => !Names(line, host))] : null);

    private static bool Names(string line, string host) => line.Split(' ')[0] == host;

    private static string[] Lines(string file)
    {
        try
        {
            return File.Exists(file) ? [.. File.ReadAllLines(file).Where(static line => line.Trim().Length > 0)] : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ControlException(ExitCode.BadInput, $"{file}, which says what hosts are drained, cannot be read ({e.Message.TrimEnd('.')}). Nothing is moved until it can.", e);
        }
    }

    private static bool Change(string file, Func<IReadOnlyList<string>, string[]?> change)
    {
        if (change(Lines(file)) is not { } changed) return false;
        try
        {
            File.WriteAllLines(file + ".part", changed);
            File.Move(file + ".part", file, overwrite: true);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ControlException(ExitCode.BadInput, $"{file} cannot be written ({e.Message.TrimEnd('.')}).", e);
        }
    }
}
