using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace MPI.Native;

/// <summary>
/// The MPI library of this process: found, loaded and told apart once. It is chosen to match the launcher, because ranks started by one MPI
/// and linked with another each believe that they are alone.
/// </summary>
internal sealed class MpiLibrary
{
    /// <summary>The variable that overrides the choice: <c>openmpi</c>, <c>mpich</c>, <c>abi</c>, or the path of a library.</summary>
    public const string OverrideVariable = "HPCVIRT_MPI";

    private static readonly Dictionary<MpiFlavor, string[]> FileNames = new Dictionary<MpiFlavor, string[]>
    {
        [MpiFlavor.OpenMpi] = ["libmpi.so.40", "libmpi.so.80", "libmpi.so"],
        [MpiFlavor.Mpich] = ["libmpich.so.12", "libmpi.so.12", "libmpich.so"],
        [MpiFlavor.StandardAbi] = ["libmpi_abi.so.1", "libmpi_abi.so.0", "libmpi_abi.so"],
    };

    private static MpiLibrary? s_loaded;

    private MpiLibrary(nint handle, string path, AbiTable table, Launcher? launcher)
    {
        Handle = handle;
        Path = path;
        Table = table;
        Launcher = launcher;
    }

    public nint Handle { get; }

    public string Path { get; }

    public AbiTable Table { get; }

    public Launcher? Launcher { get; }

    /// <summary>The library of this process; loads it at the first call.</summary>
    /// <exception cref="MpiLibraryException">No library that fits was found; the message says what was tried and what to install.</exception>
    public static MpiLibrary Loaded => s_loaded ??= Load(System.Environment.GetEnvironmentVariable);

    private static MpiLibrary Load(Func<string, string?> variable)
    {
        // UCX installs a SIGSEGV handler that turns a managed NullReferenceException into a crash; it must be told before it is loaded.
        LibC.SetEnvironmentUnlessSet("UCX_HANDLE_ERRORS", "none");

        Launcher? launcher = Launcher.Detect(variable);
        string? wish = variable(OverrideVariable);
        var tried = new List<string>();
        foreach (string name in Candidates(wish, launcher))
        {
            nint handle = LibC.LoadGlobally(name, out string? error);
            if (handle == 0)
            {
                tried.Add($"{name}: {error}");
                continue;
            }

            AbiTable table = TellApart(handle, name);
            if (launcher is not null && launcher.Flavor != table.Flavor && table.Flavor != MpiFlavor.StandardAbi)
            {
                throw new MpiLibraryException(
                    $"This process was started by {launcher.Name}, but {OverrideVariable}={wish} chose {name}, which is {table.Flavor}. Every rank would "
                    + $"believe that it is alone. Unset {OverrideVariable}, or start the job with the launcher of that library.");
            }

            return new MpiLibrary(handle, name, table, launcher);
        }

        throw new MpiLibraryException(
            $"No MPI library could be loaded{(launcher is null ? "" : $" that matches {launcher.Name}, which started this process")}. Tried {string.Join("; ", tried)}. "
            + "Install one (Debian: `apt-get install openmpi-bin libopenmpi3` or `apt-get install mpich libmpich12`), or name it: "
            + $"{OverrideVariable}=openmpi|mpich|/path/to/library.so.");
    }

    private static string[] Candidates(string? wish, Launcher? launcher)
    {
        switch (wish?.ToUpperInvariant())
        {
            case null or "" or "AUTO":
                break;
            case "OPENMPI" or "OMPI":
                return FileNames[MpiFlavor.OpenMpi];
            case "MPICH":
                return FileNames[MpiFlavor.Mpich];
            case "ABI":
                return FileNames[MpiFlavor.StandardAbi];
            default:
                return wish.Contains('/', StringComparison.Ordinal)
                    ? [wish]
                    : throw new MpiLibraryException($"{OverrideVariable}={wish} is none of openmpi, mpich, abi, auto, or a path with a slash.");
        }

        return launcher is not null
            ? [.. FileNames[launcher.Flavor], .. FileNames[MpiFlavor.StandardAbi]]
            : [.. FileNames[MpiFlavor.OpenMpi], .. FileNames[MpiFlavor.Mpich], .. FileNames[MpiFlavor.StandardAbi]];
    }

    /// <summary>Tells the ABI by what the library exports, never by its file name: libmpi.so may be anybody's.</summary>
    private static AbiTable TellApart(nint handle, string name)
    {
        if (NativeLibrary.TryGetExport(handle, "ompi_mpi_comm_world", out _))
            return OpenMpiAbi.Fill(handle);
        if (NativeLibrary.TryGetExport(handle, "MPI_Abi_get_version", out _) && System.IO.Path.GetFileName(name).Contains("abi", StringComparison.Ordinal))
            return StandardAbi.Fill();
        if (NativeLibrary.TryGetExport(handle, "MPIR_Err_create_code", out _) || NativeLibrary.TryGetExport(handle, "MPICH_ATTR_Delete_in_f77", out _)
            || NativeLibrary.TryGetExport(handle, "MPI_Info_c2f", out _))
        {
            return MpichAbi.Fill();
        }

        throw new MpiLibraryException($"{name} was loaded, but it exports neither Open MPI's nor MPICH's nor the standard ABI's symbols. Is it an MPI library?");
    }
}
