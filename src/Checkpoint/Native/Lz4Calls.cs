using System.Runtime.InteropServices;

namespace HpcVirt.Checkpoint.Native;

/// <summary>LZ4's block functions, out of the system's library.</summary>
internal static unsafe partial class Lz4Calls
{
    public const string Library = "liblz4.so.1";

    /// <summary>Whether the machine has the library; asked once.</summary>
    public static bool IsHere { get; } = NativeLibrary.TryLoad(Library, out _);

    /// <summary>Compresses; 0 if the room does not suffice.</summary>
    [LibraryImport(Library, EntryPoint = "LZ4_compress_default")]
    public static partial int Compress(byte* source, byte* target, int sourceBytes, int targetBytes);

    /// <summary>Expands, and never reads or writes beyond either end; negative for bytes that LZ4 did not make.</summary>
    [LibraryImport(Library, EntryPoint = "LZ4_decompress_safe")]
    public static partial int Expand(byte* source, byte* target, int sourceBytes, int targetBytes);
}
