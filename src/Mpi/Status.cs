using System;
using MPI.Native;

namespace MPI;

/// <summary>What is known of a message that was probed or received.</summary>
public class Status
{
    private NativeStatus _status;

    internal Status(NativeStatus status) => _status = status;

    /// <summary>The sender's rank in the (remote) group.</summary>
    public int Source => _status.Source;

    /// <summary>The message's tag.</summary>
    public int Tag => _status.Tag;

    /// <summary>Whether the communication was cancelled.</summary>
    public unsafe bool Cancelled
    {
        get
        {
            NativeStatus status = _status;
            int flag = 0;
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Test_cancelled(&status, &flag), "MPI_Test_cancelled");
            return flag != 0;
        }
    }

    /// <summary>How many elements of a type the message has.</summary>
    /// <param name="type">The element type.</param>
    /// <returns>The count, or null for types that are serialized or when the message is no whole number of elements.</returns>
    public unsafe int? Count(Type type)
    {
        nint datatype = DatatypeCache.GetDatatype(type);
        if (datatype == Abi.Table.DatatypeNull)
            return null;
        NativeStatus status = _status;
        int count = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Get_count(&status, datatype, &count), "MPI_Get_count");
        return count == Abi.Undefined ? null : count;
    }
}

/// <summary>The status of a completed communication, with the count of its elements.</summary>
public class CompletedStatus : Status
{
    private readonly int _count;

    internal CompletedStatus(NativeStatus status, int count)
        : base(status) => _count = count;

    /// <summary>How many elements of the receive's type came.</summary>
    /// <returns>The count.</returns>
    public int Count() => _count;
}
