namespace HpcVirt.Checkpoint.Formats;

/// <summary>One block of a region that is stored block by block.</summary>
/// <param name="Encoding">How.</param>
/// <param name="StoredBytes">How many bytes of the file it takes; fewer than in memory unless it is raw.</param>
/// <param name="Checksum">CRC-32C of the stored bytes; that of the bytes in memory stands beside it.</param>
internal readonly record struct StoredBlock(BlockEncoding Encoding, int StoredBytes, uint Checksum)
{
    /// <summary>What it takes in a header.</summary>
    public const int EntryBytes = 12;
}
