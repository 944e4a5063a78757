using System;
using System.Collections.Generic;

namespace HpcVirt.Checkpoint.Tests;

/// <summary>A directory in which somebody else acts just before a file is created.</summary>
internal sealed class MeddledDirectory(ICheckpointDirectory inner, Action<string> beforeCreate) : ICheckpointDirectory
{
    public string Location => inner.Location;

    public long GetFreeBytes() => inner.GetFreeBytes();

    public void CreateRoot() => inner.CreateRoot();

    public void CreateDirectory(string path) => inner.CreateDirectory(path);

    public ICheckpointFile CreateFile(string path, long reserveBytes)
    {
        beforeCreate(path);
        return inner.CreateFile(path, reserveBytes);
    }

    public ICheckpointFile OpenFile(string path) => inner.OpenFile(path);

    public bool Exists(string path) => inner.Exists(path);

    public IReadOnlyList<DirectoryEntry> List(string path) => inner.List(path);

    public void Rename(string from, string to) => inner.Rename(from, to);

    public void SyncDirectory(string path) => inner.SyncDirectory(path);

    public void DeleteFile(string path) => inner.DeleteFile(path);

    public void DeleteDirectory(string path) => inner.DeleteDirectory(path);
}
