using System.Runtime.InteropServices;

namespace HpcVirt.Checkpoint.Native;

/// <summary>Zstandard's functions on whole buffers, out of the system's library: they keep no window of their own, whatever a frame declares.</summary>
internal static unsafe partial class ZstdCalls
{
    public const string Library = "libzstd.so.1";

    /// <summary>Whether the machine has the library; asked once.</summary>
    public static bool IsHere { get; } = NativeLibrary.TryLoad(Library, out _);

    /// <summary>Compresses; what <see cref="IsError"/> says of the result if the room does not suffice.</summary>
    [LibraryImport(Library, EntryPoint = "ZSTD_compress")]
    public static partial nuint Compress(byte* target, nuint targetBytes, byte* source, nuint sourceBytes, int level);

    /// <summary>Expands, and never reads or writes beyond either end.</summary>
    [LibraryImport(Library, EntryPoint = "ZSTD_decompress")]
    public static partial nuint Expand(byte* target, nuint targetBytes, byte* source, nuint sourceBytes);

    /// <summary>Not 0 if a result is an error.</summary>
    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    public static partial uint IsError(nuint result);
}
