using System;
using System.Collections.Generic;
using System.Text;

namespace MPI.Native;

/// <summary>Hints for a native call (MPI_Info), for as long as the call needs them.</summary>
internal sealed unsafe class Info : IDisposable
{
    public Info(IReadOnlyDictionary<string, string> hints)
    {
        ArgumentNullException.ThrowIfNull(hints);
        Handle = Abi.InfoNull;
        if (hints.Count == 0)
            return;
        nint handle = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Info_create(&handle), "MPI_Info_create");
        Handle = handle;
        foreach ((string key, string value) in hints)
        {
            fixed (byte* keyBytes = Encoding.UTF8.GetBytes(key + '\0'))
            fixed (byte* valueBytes = Encoding.UTF8.GetBytes(value + '\0'))
                ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Info_set(Handle, keyBytes, valueBytes), "MPI_Info_set");
        }
    }

    /// <summary>The native handle; MPI_INFO_NULL for no hints.</summary>
    public nint Handle { get; private set; }

    public void Dispose()
    {
        if (Handle == Abi.InfoNull)
            return;
        nint handle = Handle;
        Handle = Abi.InfoNull;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Info_free(&handle), "MPI_Info_free");
    }
}
