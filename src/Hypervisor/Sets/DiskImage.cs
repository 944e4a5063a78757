using System;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using System.IO.Hashing;
using System.Threading;
using HpcVirt.Hypervisor.Native;

namespace HpcVirt.Hypervisor;

/// <summary>Copies images of disks, and puts them where guests find them.</summary>
/// <remarks>Names beside an image:
/// <code>
/// IMAGE.overlay                  what a guest writes while its frozen image is copied
/// IMAGE.restoring                a copy out of a set, before it becomes the image
/// IMAGE.before-restore           the image that was there, until all guests of the set are back; also IMAGE.overlay.before-restore
/// </code></remarks>
[SuppressMessage("Interoperability", "CA1416", Justification = "The library runs on Linux only; the calls exist on every Unix.")]
internal static class DiskImage
{
    public const string OverlaySuffix = ".overlay";

    private const string StagedSuffix = ".restoring";
    private const string KeptSuffix = ".before-restore";
    private const int BlockBytes = 1 << 20;

    /// <summary>What is written or left out as a whole.</summary>
    private const int HoleBytes = 64 << 10;

    public static string KeptOf(string path) => path + KeptSuffix;

    /// <summary>When a file was last written to. It is opened for the question: a network file system asks its server then, and not its memory.</summary>
    public static DateTimeOffset WrittenAt(string file)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        return new DateTimeOffset(File.GetLastWriteTimeUtc(stream.SafeFileHandle));
    }

    /// <summary>Copies a file that nobody writes to, and leaves holes where it is empty: a disk takes the room of what is on it.</summary>
    public static (long LengthBytes, string Checksum) Copy(string from, string to, Action<double>? progress, CancellationToken cancel)
    {
        using var source = new FileStream(from, new FileStreamOptions { Options = FileOptions.SequentialScan, BufferSize = 0, Share = FileShare.ReadWrite });
        // Made anew, and private from its first moment: what was left under this name may be anybody's.
        File.Delete(to);
        using var target = new FileStream(to, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        var hash = new XxHash128();
        byte[] buffer = new byte[BlockBytes];
        long done = 0, length = source.Length;
        for (int read; (read = source.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)) > 0; done += read)
        {
            cancel.ThrowIfCancellationRequested();
            hash.Append(buffer.AsSpan(0, read));
            for (int at = 0; at < read; at += HoleBytes)
            {
                ReadOnlySpan<byte> part = buffer.AsSpan(at, Math.Min(HoleBytes, read - at));
                if (part.ContainsAnyExcept((byte)0)) RandomAccess.Write(target.SafeFileHandle, part, done + at);
            }

            progress?.Invoke((double)done / Math.Max(1, length));
        }

        target.SetLength(done);
        progress?.Invoke(1);
        return (done, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <summary>Copies a disk of a set beside the place where its guest finds it: slow, and done while nothing has been ended yet.</summary>
    /// <exception cref="HypervisorException">There is no room, or no such folder; nothing is left of it.</exception>
    public static void Stage(SetDisk disk, string file, Action<double>? progress, CancellationToken cancel)
    {
        string staged = disk.Path + StagedSuffix;
        try
        {
            (long lengthBytes, string checksum) = Copy(file, staged, progress, cancel);
            if (lengthBytes != disk.LengthBytes || checksum != disk.Checksum) throw new GuestSetException(file, "its content is not what was written. The set is refused; take another.");
            if (LibC.Look(disk.Path) is { } before)
            {
                File.SetUnixFileMode(staged, before.Mode);
                LibC.GiveTo(staged, before);
            }

            LibC.Sync(staged);
        }
        catch (Exception e)
        {
            Unstage(disk);
            if (e is IOException or UnauthorizedAccessException)
                throw new HypervisorException($"the disk {disk.Path} cannot be brought back ({e.Message.TrimEnd('.')}). Nothing was ended; make room or correct the folder, and restore again.", e);
            throw;
        }
    }

    /// <summary>Makes the copy the image. The one that was there is kept, and the first that was kept stays: a later one comes from a restore that did not succeed.</summary>
    public static void Place(SetDisk disk)
    {
        if (File.Exists(disk.Path) && !File.Exists(KeptOf(disk.Path))) File.Move(disk.Path, KeptOf(disk.Path));
        // What the guest wrote beside the old image says nothing of the new one, and must never get into it.
        if (File.Exists(disk.Path + OverlaySuffix)) File.Move(disk.Path + OverlaySuffix, KeptOf(disk.Path + OverlaySuffix), overwrite: true);
        File.Move(disk.Path + StagedSuffix, disk.Path, overwrite: true);
        LibC.Sync(Path.GetDirectoryName(disk.Path)!);
    }

    /// <summary>Takes a copy away that has not become the image.</summary>
    public static void Unstage(SetDisk disk)
    {
        // Where the folder is not there, deleting fails.
        if (File.Exists(disk.Path + StagedSuffix)) File.Delete(disk.Path + StagedSuffix);
    }

    /// <summary>Takes away what was kept: the guest works on what was brought back.</summary>
    public static void Discard(SetDisk disk)
    {
        try
        {
            File.Delete(KeptOf(disk.Path));
            File.Delete(KeptOf(disk.Path + OverlaySuffix));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The guest is back; what is left takes room, and goes with the next restore.
        }
    }
}
