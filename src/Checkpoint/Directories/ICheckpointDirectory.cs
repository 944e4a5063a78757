using System.Collections.Generic;

namespace HpcVirt.Checkpoint;

/// <summary>
/// A place: the directory in which a rank keeps its checkpoints. All the store's contact with disks goes through this seam, so
/// that tests can fail it at every single operation.
/// </summary>
/// <remarks>
/// Paths are relative to the place, with '/' between names; the empty path is the place itself. Failures are
/// <see cref="CheckpointDirectoryException"/>. A change is sure to survive the loss of power only after <c>Sync</c> of the file
/// (its bytes) and <see cref="SyncDirectory"/> of the directory that holds it (its name).
/// </remarks>
public interface ICheckpointDirectory
{
    /// <summary>The place as messages should name it: a full path.</summary>
    string Location { get; }

    /// <summary>Bytes that an ordinary user may still write here.</summary>
    long GetFreeBytes();

    /// <summary>Creates the place itself, and what is missing above it, durably. Does nothing if it is there.</summary>
    void CreateRoot();

    /// <summary>Creates a directory that must not exist yet.</summary>
    void CreateDirectory(string path);

    /// <summary>Creates a file that must not exist yet, open for writing, with room for <paramref name="reserveBytes"/>.</summary>
    ICheckpointFile CreateFile(string path, long reserveBytes);

    /// <summary>Opens an existing file for reading.</summary>
    ICheckpointFile OpenFile(string path);

    /// <summary>Whether a file or directory of that name is there.</summary>
    bool Exists(string path);

    /// <summary>What a directory holds, in no particular order.</summary>
    IReadOnlyList<DirectoryEntry> List(string path);

    /// <summary>Renames within the place, at once or not at all; the new name must be free.</summary>
    void Rename(string from, string to);

    /// <summary>Returns only when the names in this directory would survive the loss of power.</summary>
    void SyncDirectory(string path);

    /// <summary>Deletes a file.</summary>
    void DeleteFile(string path);

    /// <summary>Deletes an empty directory.</summary>
    void DeleteDirectory(string path);
}
