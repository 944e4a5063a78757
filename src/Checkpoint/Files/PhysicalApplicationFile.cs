using System;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using HpcVirt.Checkpoint.Native;

namespace HpcVirt.Checkpoint.Files;

/// <summary>A file on a real disk. A symbolic link stands for the file that it leads to.</summary>
[SuppressMessage("Interoperability", "CA1416", Justification = "The library runs on Linux only; the calls exist on every Unix.")]
internal sealed class PhysicalApplicationFile : IApplicationFile
{
    private const string ReplacementSuffix = ".hpcvirt-restoring";

    /// <param name="path">Relative to the working directory of now.</param>
    public PhysicalApplicationFile(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        Path = System.IO.Path.GetFullPath(path);
    }

    public string Path { get; }

    public bool Exists => File.Exists(Path);

    public ulong Number => MemoryDirectory.FileNumber(Path);

    public int Mode => Guarded("ask the permissions of", () => (int)File.GetUnixFileMode(Path));

    private string Target => Exists ? Guarded("follow", () => File.ResolveLinkTarget(Path, returnFinalTarget: true)?.FullName ?? Path) : Path;

    private string Replacement => Target + ReplacementSuffix;

    private static string FolderOf(string path) => System.IO.Path.GetDirectoryName(path)!;

    public ICheckpointFile Open() => new PhysicalDirectory(FolderOf(Path)).OpenFile(System.IO.Path.GetFileName(Path));

    public void SyncName() => new PhysicalDirectory(FolderOf(Target)).SyncDirectory("");

    public void Truncate(long lengthBytes)
    {
        _ = Guarded($"cut to {lengthBytes} bytes the file", () =>
        {
            using FileStream file = new(Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            file.SetLength(lengthBytes);
            return 0;
        });
        using ICheckpointFile cut = Open();
        cut.Sync();
    }

    public void Delete()
    {
        string folder = FolderOf(Path);
        _ = Guarded("delete", () =>
        {
            File.Delete(Path);
            return 0;
        });
        new PhysicalDirectory(folder).SyncDirectory("");
    }

    public ICheckpointFile CreateReplacement(long reserveBytes)
    {
        // On another host the folder of then may not be there yet.
        var folder = new PhysicalDirectory(FolderOf(Replacement));
        folder.CreateRoot();
        DropReplacement();
        return folder.CreateFile(System.IO.Path.GetFileName(Replacement), reserveBytes);
    }

    public void Replace(int mode)
    {
        string from = Replacement;
        string to = Target;
        _ = Guarded("set the permissions of", () =>
        {
            File.SetUnixFileMode(from, (UnixFileMode)mode);
            return 0;
        });
        int errno = LibC.Retry(() => LibC.Rename(from, to));
        if (errno != 0) throw Errno.Failure(errno, $"rename to {to} the", from);
        SyncName();
    }

    public void DropReplacement()
    {
        string replacement = Replacement;
        if (File.Exists(replacement)) new PhysicalDirectory(FolderOf(replacement)).DeleteFile(System.IO.Path.GetFileName(replacement));
    }

    private T Guarded<T>(string operation, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            DirectoryFault fault = e is FileNotFoundException or DirectoryNotFoundException ? DirectoryFault.NotFound
                : e is UnauthorizedAccessException ? DirectoryFault.AccessDenied
                : Errno.Fault(e.HResult);
            throw new CheckpointDirectoryException(fault, operation, Path, e.Message.TrimEnd('.'), e);
        }
    }
}
