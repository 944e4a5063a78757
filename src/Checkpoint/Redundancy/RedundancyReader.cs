using System;
using System.Buffers.Binary;
using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint.Redundancy;

/// <summary>An open redundancy file whose header has been verified. Bad bytes are <see cref="CheckpointFormatException"/>.</summary>
internal sealed class RedundancyReader : IDisposable
{
    private readonly ICheckpointFile _file;
    private readonly string _path;

    private RedundancyReader(ICheckpointFile file, string path, RedundancyFile header, uint checksum)
    {
        _file = file;
        _path = path;
        Header = header;
        Checksum = checksum;
    }

    public RedundancyFile Header { get; }

    /// <summary>The header's CRC-32C.</summary>
    public uint Checksum { get; }

    public static RedundancyReader Open(ICheckpointDirectory directory, string path)
    {
        ICheckpointFile file = directory.OpenFile(path);
        try
        {
            long lengthBytes = file.GetLengthBytes();
            Span<byte> prefix = stackalloc byte[Shard.PrefixBytes];
            FileBytes.ReadExactly(file, prefix, 0, path, region: null);
            byte[] bytes = new byte[RedundancyFile.DecodeHeaderLength(prefix, lengthBytes, path)];
            FileBytes.ReadExactly(file, bytes, 0, path, region: null);
            var header = RedundancyFile.DecodeHeader(bytes, lengthBytes, path);
            return new RedundancyReader(file, path, header, BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(^4..)));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The first thing that is wrong with the file, or null; reads every byte.</summary>
    public CheckpointFormatException? FirstDamage(IProgress<long>? progress = null)
    {
        byte[] buffer = new byte[int.Max(Shard.AlignmentBytes, Header.BlockChecksums.Length == 0 ? 0 : Header.BlockLength(0))];
        try
        {
            Span<byte> padding = buffer.AsSpan(0, (int)(Header.PayloadOffsetBytes - Header.HeaderBytes));
            FileBytes.ReadExactly(_file, padding, Header.HeaderBytes, _path, region: null);
            if (padding.IndexOfAnyExcept((byte)0) is >= 0 and int stray) return Bad(Header.HeaderBytes + stray, "padding holds something else than zero");
            for (int block = 0; block < Header.BlockChecksums.Length; block++)
            {
                long offsetBytes = Header.PayloadOffsetBytes + ((long)block * Shard.DefaultBlockBytes);
                int lengthBytes = Header.BlockLength(block);
                uint computed;
                if (_file is IViewableFile viewable)
                {
                    computed = Crc32C.Of(viewable.View(offsetBytes, lengthBytes));
                }
                else
                {
                    FileBytes.ReadExactly(_file, buffer.AsSpan(0, lengthBytes), offsetBytes, _path, region: null);
                    computed = Crc32C.Of(buffer.AsSpan(0, lengthBytes));
                }

                if (computed != Header.BlockChecksums[block])
                    return Bad(offsetBytes, $"checksum of block {block} ({lengthBytes} bytes) is {computed:x8}, but {Header.BlockChecksums[block]:x8} is recorded");
                progress?.Report(lengthBytes);
            }

            Span<byte> trailer = buffer.AsSpan(0, RedundancyFile.TrailerBytes);
            FileBytes.ReadExactly(_file, trailer, Header.LengthBytes - RedundancyFile.TrailerBytes, _path, region: null);
            return trailer.SequenceEqual(Header.EncodeTrailer(Checksum)) ? null : Bad(Header.LengthBytes - RedundancyFile.TrailerBytes, "the trailer does not match the header");
        }
        catch (CheckpointFormatException e)
        {
            return e;
        }
    }

    public void Dispose() => _file.Dispose();

    private CheckpointFormatException Bad(long offsetBytes, string reason) => new(_path, offsetBytes, reason);
}
