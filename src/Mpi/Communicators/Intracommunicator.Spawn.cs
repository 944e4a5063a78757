using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using MPI.Native;

namespace MPI;

/// <summary>Starting more processes from inside the job.</summary>
public partial class Intracommunicator
{
    /// <summary>Takes over an intracommunicator that native code created. The object owns the handle and frees it when disposed.</summary>
    /// <param name="comm">The native handle, zero-extended where handles are integers.</param>
    /// <returns>The object, or null for MPI_COMM_NULL.</returns>
    public static new Intracommunicator? Adopt(nint comm) => (Intracommunicator?)Communicator.Adopt(comm);

    /// <summary>Starts processes of another program, with a world communicator of their own (MPI_Comm_spawn). Collective.</summary>
    /// <param name="command">The program; of meaning at the root only.</param>
    /// <param name="argv">Its arguments, without the program's name.</param>
    /// <param name="maxprocs">How many processes.</param>
    /// <param name="root">The rank that starts them.</param>
    /// <returns>The communicator between this group and the new processes, where it is <see cref="Communicator.Parent"/>.</returns>
    /// <remarks>
    /// While the traffic of the job is counted, this returns when the new processes have asked for their parent. MPICH 4.0 of Debian 12 cannot
    /// start processes this way.
    /// </remarks>
    public Intercommunicator Spawn(string command, string[] argv, int maxprocs, int root) => Spawn(command, argv, maxprocs, root, out _);

    /// <inheritdoc cref="Spawn(string, string[], int, int)"/>
    /// <param name="command">The program; of meaning at the root only.</param>
    /// <param name="argv">Its arguments, without the program's name.</param>
    /// <param name="maxprocs">How many processes.</param>
    /// <param name="root">The rank that starts them.</param>
    /// <param name="error_codes">The library's code for each process, 0 for one that was started.</param>
    public Intercommunicator Spawn(string command, string[] argv, int maxprocs, int root, out int[] error_codes) =>
        Spawn(command, argv, maxprocs, root, new Dictionary<string, string>(), out error_codes);

    /// <inheritdoc cref="Spawn(string, string[], int, int)"/>
    /// <param name="command">The program; of meaning at the root only.</param>
    /// <param name="argv">Its arguments, without the program's name.</param>
    /// <param name="maxprocs">How many processes.</param>
    /// <param name="root">The rank that starts them.</param>
    /// <param name="hints">What the library is told about them, for example <c>host</c> or <c>wdir</c> (MPI 4.1, section 11.8.4); unknown keys are ignored.</param>
    /// <param name="errorCodes">The library's code for each process, 0 for one that was started.</param>
    public unsafe Intercommunicator Spawn(
        string command, string[] argv, int maxprocs, int root, IReadOnlyDictionary<string, string> hints, out int[] errorCodes)
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentOutOfRangeException.ThrowIfNegative(maxprocs);
        string[] arguments = argv ?? [];
        nint program = Marshal.StringToCoTaskMemUTF8(command);
        nint* vector = stackalloc nint[arguments.Length + 1];
        for (int index = 0; index < arguments.Length; index++)
            vector[index] = Marshal.StringToCoTaskMemUTF8(arguments[index]);
        vector[arguments.Length] = 0;
        int[] codes = new int[maxprocs];
        ulong id = NextDerivedId();
        nint spawned = 0;
        try
        {
            using var info = new Info(hints);
            fixed (int* codesPointer = codes)
            {
                int code = NativeMpi.MPI_Comm_spawn((byte*)program, (byte**)vector, maxprocs, info.Handle, root, Handle, &spawned, codesPointer);
                ErrorCheck.ThrowIfFailed(code, "MPI_Comm_spawn", this);
            }
        }
        finally
        {
            for (int index = 0; index < arguments.Length; index++)
                Marshal.FreeCoTaskMem(vector[index]);
            Marshal.FreeCoTaskMem(program);
        }

        errorCodes = codes;
        return Intercommunicator.Connected(spawned, id);
    }
}
