using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using HpcVirt.Checkpoint;

namespace HpcVirt.Mpi.Resilience.Repair;

/// <summary>A directory that is nowhere: whatever becomes of the process, nothing of it is left behind.</summary>
internal sealed class PracticeDirectory : ICheckpointDirectory
{
    private const long FreeBytes = 1 << 30;

    private readonly Dictionary<string, MemoryStream> _files = [];
    private readonly HashSet<string> _directories = [];

    public string Location => "(practice)";

    public long GetFreeBytes() => FreeBytes;

    public void CreateRoot()
    {
        // It is there.
    }

    public void CreateDirectory(string path)
    {
        if (!_directories.Add(path)) throw Fault(DirectoryFault.AlreadyExists, path);
    }

    public ICheckpointFile CreateFile(string path, long reserveBytes)
    {
        if (Exists(path)) throw Fault(DirectoryFault.AlreadyExists, path);
        return new PracticeFile(_files[path] = new MemoryStream());
    }

    public ICheckpointFile OpenFile(string path) => new PracticeFile(_files.TryGetValue(path, out MemoryStream? bytes) ? bytes : throw Fault(DirectoryFault.NotFound, path));

    public bool Exists(string path) => path.Length == 0 || _files.ContainsKey(path) || _directories.Contains(path);

    public IReadOnlyList<DirectoryEntry> List(string path) =>
        [.. Inside(_directories, path).Select(static name => new DirectoryEntry(name, true)), .. Inside(_files.Keys, path).Select(static name => new DirectoryEntry(name, false))];

    public void Rename(string from, string to)
    {
        if (Exists(to)) throw Fault(DirectoryFault.AlreadyExists, to);
        foreach (string path in _files.Keys.Where(path => IsAtOrIn(path, from)).ToArray())
        {
            _files.Remove(path, out MemoryStream? bytes);
            _files[to + path[from.Length..]] = bytes!;
        }

        foreach (string path in _directories.Where(path => IsAtOrIn(path, from)).ToArray())
        {
            _directories.Remove(path);
            _directories.Add(to + path[from.Length..]);
        }
    }

    public void SyncDirectory(string path)
    {
        // There is nothing that could be lost.
    }

    public void DeleteFile(string path) => _files.Remove(path);

    public void DeleteDirectory(string path) => _directories.Remove(path);

    private static bool IsAtOrIn(string path, string directory) => path == directory || path.StartsWith(directory + "/", StringComparison.Ordinal);

    private static IEnumerable<string> Inside(IEnumerable<string> paths, string directory)
    {
        string prefix = directory.Length == 0 ? "" : directory + "/";
        return paths.Where(path => path.StartsWith(prefix, StringComparison.Ordinal)).Select(path => path[prefix.Length..]).Where(static name => !name.Contains('/', StringComparison.Ordinal));
    }

    private static CheckpointDirectoryException Fault(DirectoryFault fault, string path) => new(fault, "use", path, $"{fault}");

    private sealed class PracticeFile(MemoryStream bytes) : ICheckpointFile
    {
        public long GetLengthBytes() => bytes.Length;

        public void Write(ReadOnlySpan<byte> written, long offsetBytes)
        {
            bytes.Position = offsetBytes;
            bytes.Write(written);
        }

        public int Read(Span<byte> buffer, long offsetBytes)
        {
            bytes.Position = offsetBytes;
            return bytes.Read(buffer);
        }

        public void Sync()
        {
            // There is nothing that could be lost.
        }

        public void Dispose()
        {
            // The directory keeps it.
        }
    }
}
