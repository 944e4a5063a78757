using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using HpcVirt.Checkpoint.Formats;
using HpcVirt.Checkpoint.Redundancy;

namespace HpcVirt.Checkpoint;

/// <summary>What is in a place's versions, compared, written out, and thinned out.</summary>
public sealed partial class CheckpointCatalog
{
    /// <summary>The regions of a rank's shard; only the header is read.</summary>
    /// <exception cref="CheckpointException">The shard is not here or its header is damaged.</exception>
    public IReadOnlyList<RegionDescriptor> Regions(CatalogVersion version, int rank)
    {
        using ShardReader shard = Open(version, rank);
        return [.. shard.Shard.Regions.Select(static r => r.Descriptor)];
    }

    /// <summary>What has changed from one version to another, by the blocks' checksums; only headers are read.</summary>
    /// <exception cref="CheckpointException">A shard is not here or its header is damaged.</exception>
    public IReadOnlyList<RegionDifference> Difference(CatalogVersion older, CatalogVersion newer)
    {
        var differences = new List<RegionDifference>();
        foreach (int rank in ShardFiles(newer.DirectoryName).Order())
        {
            IReadOnlyList<RegionEntry> before = directory.Exists($"{older.DirectoryName}/{VersionName.Shard(rank)}") ? Entries(older, rank) : [];
            differences.AddRange(Entries(newer, rank).Select(entry => Compare(rank, before.FirstOrDefault(e => e.Descriptor.Name == entry.Descriptor.Name), entry)));
        }

        return differences;
    }

    /// <summary>
    /// Writes a region to a new file, each block checked: its bytes as they are, or with the header of NumPy's format 1.0
    /// (numpy.lib.format) before them.
    /// </summary>
    /// <param name="version">The version.</param>
    /// <param name="rank">Whose shard.</param>
    /// <param name="region">The region's name.</param>
    /// <param name="target">Where the file goes.</param>
    /// <param name="fileName">Its name there, which must be free.</param>
    /// <param name="isNumPy">Whether to write a .npy file.</param>
    /// <param name="progress">Told of bytes as they are written.</param>
    /// <exception cref="CheckpointException">The region is not there, is damaged, or has no type in NumPy.</exception>
    public void Export(CatalogVersion version, int rank, string region, ICheckpointDirectory target, string fileName, bool isNumPy, IProgress<long>? progress = null)
    {
        using ShardReader shard = Open(version, rank);
        RegionEntry entry = shard.Shard.Regions.FirstOrDefault(e => e.Descriptor.Name == region) ?? throw new CheckpointException(
            $"{version.DirectoryName} holds no region '{region}' of rank {rank}; it holds {string.Join(", ", shard.Shard.Regions.Select(static e => e.Descriptor.Name))}.");
        byte[] head = isNumPy ? NumPyHeader(entry.Descriptor) : [];
        using ICheckpointFile file = target.CreateFile(fileName, head.Length + entry.Descriptor.LengthBytes);
        file.Write(head, 0);
        byte[] buffer = shard.NewBuffer();
        for (int block = 0; block < entry.BlockChecksums.Length; block++)
        {
            Span<byte> bytes = buffer.AsSpan(0, entry.BlockLength(block, shard.Shard.BlockBytes));
            shard.ReadBlock(entry, block, bytes);
            file.Write(bytes, head.Length + ((long)block * shard.Shard.BlockBytes));
            progress?.Report(bytes.Length);
        }
    }

    /// <summary>Deletes committed versions but the newest ones, oldest first, and returns the names of those that are gone. No job may run here.</summary>
    /// <param name="keep">How many to keep, at least one.</param>
    /// <exception cref="CheckpointDirectoryException">Something could not be deleted.</exception>
    public IReadOnlyList<string> Prune(int keep)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keep, 1);
        CatalogVersion[] good = [.. List().Where(static v => v.State == CatalogState.Committed)];
        string[] doomed = [.. good.Skip(keep).Select(static v => v.DirectoryName).Reverse()];
        var place = new Place(directory, 0, [0]);
        foreach (string name in doomed) place.Delete(name);
        return doomed;
    }

    private IReadOnlyList<RegionEntry> Entries(CatalogVersion version, int rank)
    {
        using ShardReader shard = Open(version, rank);
        return shard.Shard.Regions;
    }

    private static RegionDifference Compare(int rank, RegionEntry? before, RegionEntry now)
    {
        int blocks = now.BlockChecksums.Length;
        string? remark = before is null ? "only in the newer"
            : !before.Descriptor.HasFormatOf(now.Descriptor) ? $"was {before.Descriptor.Format}"
            : null;
        int changed = remark is null ? now.BlockChecksums.Where((checksum, i) => checksum != before!.BlockChecksums[i]).Count() : blocks;
        return new RegionDifference(rank, now.Descriptor.Name, blocks, changed, remark);
    }

    private ShardReader Open(CatalogVersion version, int rank) => ShardReader.Open(directory, $"{version.DirectoryName}/{VersionName.Shard(rank)}");

    private IEnumerable<ShardVerification> VerifyRedundancy(string versionPath, IProgress<long>? progress)
    {
        foreach (DirectoryEntry entry in directory.List(versionPath).OrderBy(static e => e.Name, StringComparer.Ordinal))
        {
            if (entry.IsDirectory || !VersionName.TryParseRedundancy(entry.Name, out int rank)) continue;
            string path = $"{versionPath}/{entry.Name}";
            ShardDamage[] damages = [];
            long lengthBytes = 0;
            try
            {
                using var kept = RedundancyReader.Open(directory, path);
                lengthBytes = kept.Header.LengthBytes;
                if (kept.FirstDamage(progress) is { } damage) damages = [new ShardDamage(path, null, damage.OffsetBytes, damage.Reason)];
            }
            catch (CheckpointFormatException e)
            {
                damages = [new ShardDamage(path, null, e.OffsetBytes, e.Reason)];
            }
            catch (CheckpointDirectoryException e)
            {
                damages = [new ShardDamage(path, null, 0, e.Message)];
            }

            yield return new ShardVerification(rank, path, lengthBytes, [], damages);
        }
    }

    private static byte[] NumPyHeader(RegionDescriptor region)
    {
        string type = region.ElementType switch
        {
            "float64" => "<f8",
            "float32" => "<f4",
            "float16" => "<f2",
            "int64" => "<i8",
            "int32" => "<i4",
            "int16" => "<i2",
            "int8" => "|i1",
            "uint64" => "<u8",
            "uint32" => "<u4",
            "uint16" => "<u2",
            "uint8" or "object" => "|u1",
            "bool8" => "|b1",
            "complex128" => "<c16",
            _ => throw new CheckpointException($"Region '{region.Name}' is {region.Format}, for which NumPy has no type; export it raw."),
        };
        string words = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({string.Join(", ", region.Shape)},), }}";
        int paddedBytes = ((10 + words.Length + 1 + 63) / 64 * 64) - 10;
        byte[] header = new byte[10 + paddedBytes];
        ((ReadOnlySpan<byte>)[0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0]).CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)paddedBytes);
        Encoding.ASCII.GetBytes(words.PadRight(paddedBytes - 1) + "\n").CopyTo(header, 10);
        return header;
    }
}
