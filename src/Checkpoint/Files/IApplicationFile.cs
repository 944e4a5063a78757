namespace HpcVirt.Checkpoint.Files;

/// <summary>A file of the application, as checkpoints need it. Failures are <see cref="CheckpointDirectoryException"/>.</summary>
internal interface IApplicationFile
{
    /// <summary>The full path.</summary>
    string Path { get; }

    bool Exists { get; }

    /// <summary>The number by which the file system knows the file: another one under the same name is another file.</summary>
    ulong Number { get; }

    /// <summary>Its permission bits.</summary>
    int Mode { get; }

    /// <summary>Opens it for reading; <see cref="ICheckpointFile.Sync"/> of it makes durable what anybody has written.</summary>
    ICheckpointFile Open();

    /// <summary>Returns only when the file's name would survive the loss of power.</summary>
    void SyncName();

    /// <summary>Cuts what is beyond that length off, durably.</summary>
    void Truncate(long lengthBytes);

    /// <summary>Deletes the file, durably.</summary>
    void Delete();

    /// <summary>Creates, beside the file, what is to take its place.</summary>
    ICheckpointFile CreateReplacement(long reserveBytes);

    /// <summary>Puts the replacement in the file's place, durably and at once.</summary>
    void Replace(int mode);

    /// <summary>Deletes the replacement, if there is one.</summary>
    void DropReplacement();
}
