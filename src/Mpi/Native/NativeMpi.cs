using System.Runtime.InteropServices;

namespace MPI.Native;

/// <summary>
/// The table of native calls, one function pointer each, filled by symbol from the loaded library. Static read-only pointers become constants
/// in optimized code, so that a call costs what a P/Invoke of a fixed library costs.
/// </summary>
internal static unsafe partial class NativeMpi
{
    /// <summary>Whether the library exports a call that is not in every MPI, such as <c>MPI_Session_init</c> or <c>MPIX_Comm_shrink</c>.</summary>
    public static bool Exports(string symbol) => NativeLibrary.TryGetExport(MpiLibrary.Loaded.Handle, symbol, out _);

    private static void* IfExported(string symbol) => NativeLibrary.TryGetExport(MpiLibrary.Loaded.Handle, symbol, out nint address) ? (void*)address : null;

    private static void* Required(string symbol) => NativeLibrary.TryGetExport(MpiLibrary.Loaded.Handle, symbol, out nint address)
        ? (void*)address
        : throw new MpiLibraryException($"{MpiLibrary.Loaded.Path} does not export {symbol}, which every MPI-3 library has. Is it an MPI library?");
}
