namespace HpcVirt.Checkpoint.Tests;

/// <summary>How a machine goes down, as far as a disk is concerned.</summary>
internal enum Crash
{
    /// <summary>Only the processes die; the page cache lives.</summary>
    OfProcess,

    /// <summary>Power is lost; only what was synced is left.</summary>
    LosesAllUnsynced,

    /// <summary>Power is lost; the journal had the names, the bytes were still in memory: files of length zero.</summary>
    KeepsNamesLosesBytes,

    /// <summary>Power is lost; bytes had been written back, renames and creations had not.</summary>
    KeepsBytesLosesNames,
}
