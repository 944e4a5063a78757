using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.IO.Hashing;
using System.Linq;
using HpcVirt.Hypervisor.Native;

namespace HpcVirt.Hypervisor;

/// <summary>
/// A directory of sets: <c>set-00000007</c> is committed, <c>set-00000008.partial</c> is being made or was broken half way. The rename from the one to the
/// other is the commit, and there is no other.
/// </summary>
public sealed class GuestSetDirectory
{
    /// <summary>The manifest's name within a set.</summary>
    public const string ManifestName = "manifest";

    private const string Prefix = "set-";
    private const string Partial = ".partial";

    /// <summary>The sets at a path.</summary>
    public GuestSetDirectory(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        Location = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
    }

    /// <summary>The directory's full path.</summary>
    public string Location { get; }

    /// <summary>Committed sets, the newest first, whether they are intact or not.</summary>
    public IReadOnlyList<long> Numbers() => [.. Entries().Where(static entry => !entry.IsPartial).Select(static entry => entry.Number).OrderDescending()];

    /// <summary>Where a set is.</summary>
    public string PathOf(long number) => Path.Combine(Location, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number:D8}"));

    /// <summary>Reads a set's manifest, and no more.</summary>
    /// <exception cref="GuestSetException">There is no such set, or its manifest is refused.</exception>
    public SetManifest Read(long number)
    {
        string file = Path.Combine(PathOf(number), ManifestName);
        try
        {
            SetManifest manifest = SetManifest.Decode(File.ReadAllBytes(file), file);
            return manifest.Number == number ? manifest : throw new GuestSetException(file, $"it belongs to set {manifest.Number}; somebody has renamed its directory. Name it as it was.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GuestSetException(PathOf(number), $"its manifest cannot be read ({e.Message.TrimEnd('.')}). {Known()}", e);
        }
    }

    /// <summary>Reads every byte of a set.</summary>
    /// <param name="number">The set.</param>
    /// <param name="progress">Is told a file and the share of it that was read; may be null.</param>
    /// <exception cref="GuestSetException">The set is not what its manifest says.</exception>
    public SetManifest Verify(long number, Action<string, double>? progress = null)
    {
        SetManifest manifest = Read(number);
        foreach ((string name, long lengthWritten, string checksumWritten) in Files(manifest))
        {
            string file = Path.Combine(PathOf(number), name);
            (long lengthBytes, string checksum) = ReadFile(file, share => progress?.Invoke(name, share));
            if (lengthBytes != lengthWritten) throw new GuestSetException(file, $"it has {lengthBytes} bytes and was written with {lengthWritten}. The set is refused; take another.");
            if (checksum != checksumWritten) throw new GuestSetException(file, "its content is not what was written. The set is refused; take another.");
        }

        return manifest;
    }

    /// <summary>The newest set of which every byte is right, and what was wrong with those that are newer.</summary>
    /// <exception cref="GuestSetException">There is none.</exception>
    public (SetManifest Set, IReadOnlyList<GuestSetException> Refused) VerifyNewest(Action<string, double>? progress = null)
    {
        var refused = new List<GuestSetException>();
        foreach (long number in Numbers())
        {
            try
            {
                return (Verify(number, progress), refused);
            }
            catch (GuestSetException e)
            {
                refused.Add(e);
            }
        }

        throw new GuestSetException(Location, refused.Count == 0 ? "there are no sets in it. Make one with `hpcvirt vm snapshot`." : $"none of its {refused.Count} sets can be used. The newest: {refused[0].Message}");
    }

    /// <summary>Removes sets, the oldest first, until so many are left. Each stops counting before its files go.</summary>
    /// <param name="keep">How many are kept, at least 1.</param>
    public void Prune(int keep)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keep, 1);
        foreach (long number in Numbers().Skip(keep))
        {
            Directory.Move(PathOf(number), PathOf(number) + Partial);
            Abandon(PathOf(number) + Partial);
        }
    }

    /// <summary>Makes the directory for a new set, under the first number that was never used.</summary>
    internal (long Number, string Path) Begin()
    {
        Directory.CreateDirectory(Location);
        long number = Entries().Select(static entry => entry.Number).DefaultIfEmpty().Max() + 1;
        string path = PathOf(number) + Partial;
        // A guest's memory holds its secrets: it is readable by its owner only.
        LibC.MakePrivateDirectory(path);
        return (number, path);
    }

    /// <summary>Makes a set one that counts. Files first, then their names, then the rename, then its own name: each is on the disk before the next is begun.</summary>
    internal void Commit(SetManifest manifest)
    {
        string committed = PathOf(manifest.Number), partial = committed + Partial, file = Path.Combine(partial, ManifestName);
        foreach ((string name, _, _) in Files(manifest)) LibC.Sync(Path.Combine(partial, name));
        File.WriteAllBytes(file, manifest.Encode());
        LibC.Sync(file);
        LibC.Sync(partial);
        Directory.Move(partial, committed);
        LibC.Sync(Location);
    }

    /// <summary>Takes a set away that will not be committed.</summary>
    internal static void Abandon(string partial)
    {
        if (Directory.Exists(partial)) Directory.Delete(partial, recursive: true);
    }

    internal static (long LengthBytes, string Checksum) ReadFile(string file, Action<double>? progress = null)
    {
        try
        {
            using var stream = new FileStream(file, new FileStreamOptions { Options = FileOptions.SequentialScan, BufferSize = 0 });
            var hash = new XxHash128();
            byte[] buffer = new byte[1 << 20];
            long done = 0;
            for (int read; (read = stream.Read(buffer)) > 0;)
            {
                hash.Append(buffer.AsSpan(0, read));
                done += read;
                progress?.Invoke((double)done / Math.Max(1, stream.Length));
            }

            progress?.Invoke(1);
            return (done, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GuestSetException(file, $"it cannot be read ({e.Message.TrimEnd('.')}). The set is refused; take another.", e);
        }
    }

    private static IEnumerable<(string Name, long LengthBytes, string Checksum)> Files(SetManifest manifest) =>
        manifest.Guests.SelectMany(static guest => guest.Disks.Select(static disk => (disk.File, disk.LengthBytes, disk.Checksum)).Prepend((guest.File, guest.LengthBytes, guest.Checksum)));

    private IEnumerable<(long Number, bool IsPartial)> Entries()
    {
        if (!Directory.Exists(Location)) yield break;
        foreach (string name in Directory.EnumerateDirectories(Location, Prefix + "*").Select(static path => Path.GetFileName(path)))
        {
            bool isPartial = name.EndsWith(Partial, StringComparison.Ordinal);
            string digits = name[Prefix.Length..(isPartial ? ^Partial.Length : ^0)];
            if (long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long number)) yield return (number, isPartial);
        }
    }

    private string Known() => Numbers() is { Count: > 0 } numbers ? $"There are sets {string.Join(", ", numbers)}." : "There are no sets there.";
}
