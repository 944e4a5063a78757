namespace HpcVirt.Checkpoint;

/// <summary>
/// A place whose files can be mapped and may have several names: the memory tier. A slot is a file of the place that is reused for ever; a
/// version holds it by a second name, so the number of names tells whether it may be overwritten.
/// </summary>
internal interface ISlotDirectory : ICheckpointDirectory
{
    /// <summary>Creates a file of that length, its room reserved and its pages mapped for writing.</summary>
    MappedMemory CreateMapped(string path, long lengthBytes);

    /// <summary>Maps an existing file as it is.</summary>
    MappedMemory Map(string path, bool isWritable);

    /// <summary>Gives an existing file another name, which must be free.</summary>
    void Link(string existing, string added);

    /// <summary>
    /// Takes the right to write into a rank's slots, which ends with the process that holds it; waits until the process before is gone.
    /// </summary>
    System.IDisposable TakeLock(string path, System.TimeSpan deadline, System.TimeProvider time);

    /// <summary>How many names the file has, its own included.</summary>
    int CountNames(string path);

    /// <summary>The number that all names of one file share, and no other file has as long as it is there.</summary>
    ulong FileNumber(string path);
}
