using System;
using HpcVirt.Checkpoint.Formats;
using HpcVirt.Checkpoint.Native;

namespace HpcVirt.Checkpoint;

/// <summary>Encodes and decodes single blocks. Keeps room for one of the largest so far; used by one thread at a time.</summary>
internal sealed unsafe class BlockCoder
{
    private const int ZstdLevel = 1;

    private byte[] _sorted = [];
    private byte[] _stored = [];

    /// <summary>Whether this machine can encode and decode like that.</summary>
    public static bool Has(BlockEncoding encoding) => encoding switch
    {
        BlockEncoding.Lz4 => Lz4Calls.IsHere,
        BlockEncoding.Zstd => ZstdCalls.IsHere,
        _ => true,
    };

    /// <summary>Room for the stored bytes of a block.</summary>
    public Span<byte> Room(int lengthBytes) => Sized(ref _stored, lengthBytes);

    /// <summary>Encodes a block; returns the block itself where it would not become smaller. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Encode(ReadOnlySpan<byte> block, BlockEncoding encoding, int width, out BlockEncoding used)
    {
        used = BlockEncoding.Raw;
        if (encoding == BlockEncoding.Raw || block.Length < 2) return block;
        Span<byte> sorted = Sized(ref _sorted, block.Length);
        ByteShuffle.Apply(block, sorted, width);

        // Room for one byte less than there is: whoever needs more has not made it smaller.
        Span<byte> room = Room(block.Length - 1);
        int length = Compress(sorted, room, encoding);
        if (length <= 0) return block;
        used = encoding;
        return room[..length];
    }

    /// <summary>Decodes a block into exactly its memory; false for bytes that the encoder did not make.</summary>
    public bool TryDecode(ReadOnlySpan<byte> stored, BlockEncoding encoding, int width, Span<byte> block)
    {
        if (encoding == BlockEncoding.Raw)
        {
            if (stored.Length != block.Length) return false;
            stored.CopyTo(block);
            return true;
        }

        Span<byte> sorted = width > 1 ? Sized(ref _sorted, block.Length) : block;
        if (Expand(stored, sorted, encoding) != block.Length) return false;
        if (width > 1) ByteShuffle.Undo(sorted, block, width);
        return true;
    }

    private static int Compress(ReadOnlySpan<byte> bytes, Span<byte> room, BlockEncoding encoding)
    {
        fixed (byte* source = bytes)
        fixed (byte* target = room)
        {
            if (encoding == BlockEncoding.Lz4) return Lz4Calls.Compress(source, target, bytes.Length, room.Length);
            nuint length = ZstdCalls.Compress(target, (nuint)room.Length, source, (nuint)bytes.Length, ZstdLevel);
            return ZstdCalls.IsError(length) != 0 ? 0 : (int)length;
        }
    }

    private static int Expand(ReadOnlySpan<byte> bytes, Span<byte> room, BlockEncoding encoding)
    {
        fixed (byte* source = bytes)
        fixed (byte* target = room)
        {
            if (encoding == BlockEncoding.Lz4) return Lz4Calls.Expand(source, target, bytes.Length, room.Length);
            nuint length = ZstdCalls.Expand(target, (nuint)room.Length, source, (nuint)bytes.Length);
            return ZstdCalls.IsError(length) != 0 ? -1 : (int)length;
        }
    }

    private static Span<byte> Sized(ref byte[] buffer, int lengthBytes)
    {
        if (buffer.Length < lengthBytes) buffer = GC.AllocateUninitializedArray<byte>(lengthBytes);
        return buffer.AsSpan(0, lengthBytes);
    }
}
