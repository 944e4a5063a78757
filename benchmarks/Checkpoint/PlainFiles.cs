using System;
using System.IO;
using Microsoft.Win32.SafeHandles;

namespace HpcVirt.Benchmarks.Checkpoint;

/// <summary>What the store is compared with: the same bytes, written and read by plain calls.</summary>
internal static class PlainFiles
{
    private const int CallBytes = 1 << 20;

    public static void Write(string path, ReadOnlySpan<byte> bytes, bool syncs)
    {
        using SafeFileHandle file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        for (int done = 0; done < bytes.Length; done += CallBytes)
            RandomAccess.Write(file, bytes.Slice(done, int.Min(CallBytes, bytes.Length - done)), done);
        if (syncs) RandomAccess.FlushToDisk(file);
    }

    public static void Read(string path, Span<byte> bytes)
    {
        using SafeFileHandle file = File.OpenHandle(path);
        for (int done = 0; done < bytes.Length;)
            done += RandomAccess.Read(file, bytes.Slice(done, int.Min(CallBytes, bytes.Length - done)), done);
    }
}
