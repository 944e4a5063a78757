using System;

namespace HpcVirt.Checkpoint.Formats;

/// <summary>Whole reads and whole new files, which the seam leaves to its callers.</summary>
internal static class FileBytes
{
    public static void ReadExactly(ICheckpointFile file, Span<byte> buffer, long offsetBytes, string path, string? region)
    {
        for (int done = 0; done < buffer.Length;)
        {
            int count = file.Read(buffer[done..], offsetBytes + done);
            if (count == 0)
            {
                throw new CheckpointFormatException(
                    path, offsetBytes + done, $"the file ends here, {buffer.Length - done} bytes short", region);
            }

            done += count;
        }
    }

    /// <summary>A small file as a whole; one that is larger than its kind can be is refused unread.</summary>
    public static byte[] ReadWhole(ICheckpointDirectory directory, string path, int maximumBytes)
    {
        using ICheckpointFile file = directory.OpenFile(path);
        long lengthBytes = file.GetLengthBytes();
        if (lengthBytes > maximumBytes)
        {
            throw new CheckpointFormatException(path, 0, $"has {lengthBytes} bytes, more than the {maximumBytes} that its kind may have");
        }

        byte[] bytes = new byte[lengthBytes];
        ReadExactly(file, bytes, 0, path, region: null);
        return bytes;
    }

    /// <summary>A new file whose bytes are durable on return; its name is not, until its directory is synced too.</summary>
    public static void WriteNew(ICheckpointDirectory directory, string path, ReadOnlySpan<byte> bytes)
    {
        using ICheckpointFile file = directory.CreateFile(path, bytes.Length);
        file.Write(bytes, 0);
        file.Sync();
    }
}
