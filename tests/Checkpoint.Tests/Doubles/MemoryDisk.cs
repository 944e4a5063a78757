using System;
using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Checkpoint.Tests;

/// <summary>
/// A disk that remembers what would survive: every file has the bytes of now and the bytes of its last sync, every directory
/// the names of now and the names of its last sync.
/// </summary>
internal sealed class MemoryDisk
{
    private readonly object _gate = new();
    private Folder _root = new();

    public long FreeBytes { get; set; } = long.MaxValue;

    public T Locked<T>(Func<MemoryDisk, T> work)
    {
        lock (_gate) return work(this);
    }

    /// <summary>What is found after the machine, or only its processes, went down.</summary>
    public MemoryDisk After(Crash crash)
    {
        lock (_gate) return new MemoryDisk { _root = _root.After(crash), FreeBytes = FreeBytes };
    }

    public Folder FolderAt(string path) => path.Length == 0 ? _root : Find(path) as Folder ?? throw Missing("list", path);

    public FileNode FileAt(string path) => Find(path) as FileNode ?? throw Missing("open", path);

    public Node? Find(string path)
    {
        Node? node = _root;
        foreach (string name in path.Split('/')) node = (node as Folder)?.Names.GetValueOrDefault(name);
        return node;
    }

    public void Add(string path, Node node)
    {
        (Folder folder, string name) = Parent(path);
        if (!folder.Names.TryAdd(name, node)) throw Failure(DirectoryFault.AlreadyExists, "create", path);
    }

    public void Remove(string path)
    {
        (Folder folder, string name) = Parent(path);
        if (!folder.Names.TryGetValue(name, out Node? node)) throw Missing("delete", path);
        if (node is Folder { Names.Count: > 0 }) throw Failure(DirectoryFault.NotEmpty, "delete", path);
        folder.Names.Remove(name);
    }

    public void Rename(string from, string to)
    {
        Node node = Find(from) ?? throw Missing("rename", from);
        Add(to, node);
        (Folder folder, string name) = Parent(from);
        folder.Names.Remove(name);
    }

    /// <summary>All files with their bytes, for tests that damage them.</summary>
    public IReadOnlyDictionary<string, byte[]> Files()
    {
        lock (_gate) return _root.Files("").ToDictionary(static f => f.Path, static f => f.File.Bytes.ToArray());
    }

    public void Overwrite(string path, byte[] bytes)
    {
        lock (_gate) FileAt(path).Bytes = [.. bytes];
    }

    public void Delete(string path)
    {
        lock (_gate) Remove(path);
    }

    private (Folder Folder, string Name) Parent(string path)
    {
        int slash = path.LastIndexOf('/');
        return slash < 0 ? (_root, path) : (FolderAt(path[..slash]), path[(slash + 1)..]);
    }

    private static CheckpointDirectoryException Missing(string operation, string path) => Failure(DirectoryFault.NotFound, operation, path);

    private static CheckpointDirectoryException Failure(DirectoryFault fault, string operation, string path) =>
        new(fault, operation, path, fault.ToString());

    internal abstract class Node
    {
        public abstract Node After(Crash crash);
    }

    internal sealed class FileNode : Node
    {
        public byte[] Bytes { get; set; } = [];

        private byte[] _synced = [];

        public void Sync() => _synced = [.. Bytes];

        public override Node After(Crash crash)
        {
            byte[] left = crash is Crash.OfProcess or Crash.KeepsBytesLosesNames ? Bytes : _synced;
            return new FileNode { Bytes = left, _synced = left };
        }
    }

    internal sealed class Folder : Node
    {
        public Dictionary<string, Node> Names { get; private init; } = [];

        private Dictionary<string, Node> _synced = [];

        public void Sync() => _synced = new Dictionary<string, Node>(Names);

        public override Folder After(Crash crash)
        {
            Dictionary<string, Node> left = crash is Crash.OfProcess or Crash.KeepsNamesLosesBytes ? Names : _synced;
            var names = left.ToDictionary(static n => n.Key, n => n.Value.After(crash));
            return new Folder { Names = names, _synced = new Dictionary<string, Node>(names) };
        }

        public IEnumerable<(string Path, FileNode File)> Files(string prefix) => Names.SelectMany(n => n.Value is Folder folder
            ? folder.Files($"{prefix}{n.Key}/")
            : [(prefix + n.Key, (FileNode)n.Value)]);
    }
}
