using System;
using System.Text;
using MPI.Native;

namespace MPI;

/// <summary>What the MPI library at hand can do beyond MPI-3, asked of the library and never guessed from its name.</summary>
public sealed class MpiFeatures
{
    private static readonly Lazy<MpiFeatures> Probed = new(() => new MpiFeatures());

    private MpiFeatures()
    {
        LibraryPath = MpiLibrary.Loaded.Path;
        Flavor = MpiLibrary.Loaded.Table.Flavor.ToString();
        LibraryVersion = ReadLibraryVersion();
        StandardVersion = ReadStandardVersion();
        HasUlfm = NativeMpi.Exports("MPIX_Comm_revoke") && NativeMpi.Exports("MPIX_Comm_shrink") && NativeMpi.Exports("MPIX_Comm_agree");
        IsUlfmOn = HasUlfm && Environment.Initialized && !SessionWorld.IsUsed && ReadFaultTolerance();
        HasSessions = NativeMpi.Exports("MPI_Session_init");
        HasPartitioned = NativeMpi.Exports("MPI_Psend_init");
        HasLargeCounts = NativeMpi.Exports("MPI_Send_c");
    }

    /// <summary>The features of this process's library.</summary>
    public static MpiFeatures Current => Probed.Value;

    /// <summary>The name or path that the library was loaded by.</summary>
    public string LibraryPath { get; }

    /// <summary>Which binary interface the library speaks: <c>OpenMpi</c>, <c>Mpich</c> or <c>StandardAbi</c>.</summary>
    public string Flavor { get; }

    /// <summary>The library's own description of itself, its first line.</summary>
    public string LibraryVersion { get; }

    /// <summary>The library's name and version in short, e.g. <c>Open MPI 4.1.4</c> or <c>MPICH 4.0.2</c>.</summary>
    public string LibraryName => string.Join(' ', LibraryVersion.Split(',')[0]
        .Replace("Open MPI v", "Open MPI ", StringComparison.Ordinal)
        .Replace("MPICH Version:", "MPICH ", StringComparison.Ordinal)
        .Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries));

    /// <summary>The version of the MPI standard that the library implements.</summary>
    public Version StandardVersion { get; }

    /// <summary>
    /// Whether the calls of user-level failure mitigation are exported (MPIX_Comm_revoke, _shrink, _agree). That they are exported does not prove
    /// that they work: some libraries have them and hang, unless the launcher was told to be fault tolerant.
    /// </summary>
    public bool HasUlfm { get; }

    /// <summary>
    /// Whether this process was started with fault tolerance: the library says so itself, by an attribute of the world communicator. False where it does
    /// not say, and before MPI is initialized.
    /// </summary>
    public bool IsUlfmOn { get; }

    /// <summary>Whether MPI sessions are exported (MPI_Session_init).</summary>
    public bool HasSessions { get; }

    /// <summary>Whether partitioned communication is exported (MPI_Psend_init).</summary>
    public bool HasPartitioned { get; }

    /// <summary>Whether the calls with 64-bit counts are exported (MPI_Send_c and its family).</summary>
    public bool HasLargeCounts { get; }

    private static unsafe string ReadLibraryVersion()
    {
        byte[] text = new byte[Abi.Table.MaxLibraryVersionBytes];
        int length = 0;
        fixed (byte* pointer = text)
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Get_library_version(pointer, &length), "MPI_Get_library_version");
        return Encoding.UTF8.GetString(text, 0, Math.Min(length, text.Length)).Split('\n')[0].TrimEnd('\0', ' ');
    }

    private static unsafe bool ReadFaultTolerance()
    {
        int* value = null;
        int found = 0;
        return Abi.Table.KeyFaultTolerance is { } key
            && NativeMpi.MPI_Comm_get_attr(Abi.Table.CommWorld, key, &value, &found) == 0 && found != 0 && value != null && *value != 0;
    }

    private static unsafe Version ReadStandardVersion()
    {
        int major = 0;
        int minor = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Get_version(&major, &minor), "MPI_Get_version");
        return new Version(major, minor);
    }
}
