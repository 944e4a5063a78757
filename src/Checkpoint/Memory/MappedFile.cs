using System;

namespace HpcVirt.Checkpoint;

/// <summary>A mapped file as the readers of formats want it. Read only: slots are written through their mapping.</summary>
/// <param name="path">For messages.</param>
/// <param name="memory">Its bytes.</param>
/// <param name="ownsMemory">Whether the mapping ends with this.</param>
internal sealed class MappedFile(string path, MappedMemory memory, bool ownsMemory = true) : ICheckpointFile, IViewableFile
{
    public ReadOnlySpan<byte> View(long offsetBytes, int wantedBytes) =>
        memory.Slice(offsetBytes, (int)long.Clamp(memory.LengthBytes - offsetBytes, 0, wantedBytes));

    public long GetLengthBytes() => memory.LengthBytes;

    public int Read(Span<byte> buffer, long offsetBytes)
    {
        int count = (int)long.Clamp(memory.LengthBytes - offsetBytes, 0, buffer.Length);
        if (count > 0) memory.Slice(offsetBytes, count).CopyTo(buffer);
        return count;
    }

    public void Write(ReadOnlySpan<byte> bytes, long offsetBytes) =>
        throw new CheckpointDirectoryException(DirectoryFault.AccessDenied, "write", path, "it was opened for reading");

    public void Sync()
    {
        // Nothing was written through this.
    }

    public void Dispose()
    {
        if (ownsMemory) memory.Dispose();
    }
}
