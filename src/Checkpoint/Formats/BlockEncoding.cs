namespace HpcVirt.Checkpoint.Formats;

/// <summary>How one block of a region is stored. The numbers stand in files.</summary>
internal enum BlockEncoding
{
    /// <summary>As it is in memory.</summary>
    Raw = 0,

    /// <summary>Its bytes sorted by their place in the element, then LZ4's block format.</summary>
    Lz4 = 1,

    /// <summary>Its bytes sorted by their place in the element, then one Zstandard frame.</summary>
    Zstd = 2,
}
