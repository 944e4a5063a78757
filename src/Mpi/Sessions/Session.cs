using System;
using System.Collections.Generic;
using System.Text;
using MPI.Links;
using MPI.Native;

namespace MPI;

/// <summary>
/// MPI without a world that lasts for the whole process (MPI 4.1, section 11.3): a session is opened, communicators are made of its sets of processes, and
/// when it is closed another one may be opened in the same process, over whatever links there are by then.
/// </summary>
/// <remarks>
/// Independent of <see cref="Environment"/>: with sessions only, <see cref="Communicator.world"/> is not there. Communicators are disposed of before their
/// session; so are operations and groups of the program's own. MPICH 4.2 opens sessions again and again; MPICH 4.0 dies at the second one, and Open MPI 5.0 may not reach other hosts in it, nor, in one run of eight, its own. Open MPI 4 has none.
/// </remarks>
/// <example>
/// <code>
/// using var session = new MPI.Session();
/// using Intracommunicator all = session.CreateCommunicator(MPI.Session.WorldSet, "solver");
/// </code>
/// </example>
public sealed class Session : IDisposable
{
    /// <summary>The set of all processes that were launched together.</summary>
    public const string WorldSet = "mpi://WORLD";

    /// <summary>The set of this process alone.</summary>
    public const string SelfSet = "mpi://SELF";

    private static readonly string[] LevelNames = ["MPI_THREAD_SINGLE", "MPI_THREAD_FUNNELED", "MPI_THREAD_SERIALIZED", "MPI_THREAD_MULTIPLE"];

    private static int s_open;

    private nint _handle;
    private uint _created;

    /// <summary>Opens a session (MPI_Session_init). Local: nobody else is waited for.</summary>
    /// <exception cref="MpiException">The library has no sessions, or could not open one.</exception>
    public Session()
        : this(Threading.Serialized)
    {
    }

    internal unsafe Session(Threading threading)
    {
        if (!IsSupported)
            throw new MpiException($"{MpiFeatures.Current.LibraryName} has no sessions (MPI_Session_init). MPICH 4 and Open MPI 5 have them.");

        using var info = new Info(new Dictionary<string, string> { ["thread_level"] = LevelNames[(int)threading] });
        nint handle = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Session_init(info.Handle, Abi.Table.ErrorsReturn, &handle), "MPI_Session_init");
        _handle = handle;
        if (s_open++ == 0 && !Environment.Initialized)
            DatatypeCache.RenewAll();
    }

    /// <summary>Whether the library exports sessions.</summary>
    public static unsafe bool IsSupported => NativeMpi.MPI_Session_init != null && NativeMpi.MPI_Comm_create_from_group != null;

    /// <summary>The names of the sets of processes that the session offers (MPI_Session_get_nth_pset).</summary>
    public unsafe IReadOnlyList<string> ProcessSets
    {
        get
        {
            RequireOpen();
            int count = 0;
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Session_get_num_psets(_handle, Abi.InfoNull, &count), "MPI_Session_get_num_psets");
            string[] names = new string[count];
            for (int index = 0; index < count; index++)
            {
                int length = 0;
                ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Session_get_nth_pset(_handle, Abi.InfoNull, index, &length, null), "MPI_Session_get_nth_pset");
                byte[] name = new byte[Math.Max(length, 1)];
                fixed (byte* pointer = name)
                    ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Session_get_nth_pset(_handle, Abi.InfoNull, index, &length, pointer), "MPI_Session_get_nth_pset");
                names[index] = Encoding.UTF8.GetString(name).TrimEnd('\0');
            }

            return names;
        }
    }

    /// <summary>Makes a communicator of all processes of a set (MPI_Comm_create_from_group). Collective over them.</summary>
    /// <param name="processSet">The set.</param>
    /// <param name="tag">Tells communicators of one set apart that are made at the same time; the same on all its processes.</param>
    /// <returns>The communicator, to be disposed of before the session.</returns>
    public Intracommunicator CreateCommunicator(string processSet = WorldSet, string tag = "")
    {
        nint communicator = Create(processSet, tag);
        CommunicatorRecipe.MadeStranger("a communicator was made from a session");
        return (Intracommunicator)Communicator.Wrap(communicator, AgreedIds.OfDerived(AgreedIds.Session, ++_created))!;
    }

    /// <summary>Closes the session (MPI_Session_finalize), which may wait for the processes that it has talked to.</summary>
    public unsafe void Dispose()
    {
        if (_handle == 0)
            return;
        nint handle = _handle;
        _handle = 0;

        // They would go with the last session without a word.
        if (--s_open == 0 && !Environment.Initialized)
            DatatypeCache.FreeAll();
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Session_finalize(&handle), "MPI_Session_finalize");
    }

    /// <summary>As <see cref="CreateCommunicator"/>, without an object.</summary>
    internal unsafe nint Create(string processSet, string tag)
    {
        ArgumentException.ThrowIfNullOrEmpty(processSet);
        ArgumentNullException.ThrowIfNull(tag);
        RequireOpen();
        nint group = 0, communicator = 0;
        fixed (byte* name = Encoding.UTF8.GetBytes(processSet + '\0'))
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Group_from_session_pset(_handle, name, &group), "MPI_Group_from_session_pset");
        try
        {
            fixed (byte* text = Encoding.UTF8.GetBytes($"hpcvirt:{tag}\0"))
                ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Comm_create_from_group(group, text, Abi.InfoNull, Abi.Table.ErrorsReturn, &communicator), "MPI_Comm_create_from_group");
        }
        finally
        {
            _ = NativeMpi.MPI_Group_free(&group);
        }

        return communicator;
    }

    private void RequireOpen() => ObjectDisposedException.ThrowIf(_handle == 0, this);
}
