using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using MPI.Links;
using MPI.Native;

namespace MPI;

/// <summary>Turns the return code of a native call into an exception. The way of success is one compare.</summary>
internal static class ErrorCheck
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ThrowIfFailed(int code, string call, Communicator? communicator = null)
    {
        if (code != 0)
            Throw(code, call, communicator);
    }

    /// <summary>Whether the code says that a message was longer than its room: it did arrive then.</summary>
    public static bool IsTruncation(int code) => code != 0 && ClassOf(code) == MpiErrorClass.Truncate;

    /// <summary>A code that the library at hand understands as the class: every class is a code itself (MPI 4.1, section 9.4).</summary>
    public static int CodeOf(MpiErrorClass errorClass)
    {
        foreach ((int code, MpiErrorClass known) in Abi.Table.ErrorClasses)
        {
            if (known == errorClass)
                return code;
        }

        throw new ArgumentOutOfRangeException(nameof(errorClass), errorClass, "The library at hand has no such class.");
    }

    /// <summary>The exception for a call that failed; does not return where a lost peer is the reason and somebody has an answer to that.</summary>
    public static Exception Failure(int code, string call, Communicator? communicator)
    {
        if (LostPeer.HasAnswer)
            LostPeer.Notice(ClassOf(code));
        return Translate(code, call, communicator);
    }

    public static Exception Translate(int code, string call, Communicator? communicator)
    {
        MpiErrorClass errorClass = ClassOf(code);
        string text = TextOf(code);
        int? rank = communicator?.RankIfKnown;
        string? name = communicator?.Name;
        return errorClass == MpiErrorClass.Truncate
            ? new MessageTruncatedException(code, text, call, rank, name)
            : new MpiException(errorClass, code, text, call, rank, name);
    }

    /// <summary>MPICH's codes are not classes, so the class is always asked for.</summary>
    private static unsafe MpiErrorClass ClassOf(int code)
    {
        int errorClass = 0;
        return NativeMpi.MPI_Error_class(code, &errorClass) == 0 && Abi.Table.ErrorClasses.TryGetValue(errorClass, out MpiErrorClass known)
            ? known
            : MpiErrorClass.Unknown;
    }

    private static unsafe string TextOf(int code)
    {
        byte* text = stackalloc byte[Abi.Table.MaxErrorStringBytes];
        int length = 0;
        return NativeMpi.MPI_Error_string(code, text, &length) == 0 && length > 0
            ? Encoding.UTF8.GetString(text, length).TrimEnd()
            : $"error code {code}";
    }

    [DoesNotReturn]
    private static void Throw(int code, string call, Communicator? communicator) => throw Failure(code, call, communicator);
}
