using System;

namespace MPI;

/// <summary>An MPI call failed. The message says which call, on which communicator and rank, and the library's own words.</summary>
public class MpiException : Exception
{
    internal MpiException(string message)
        : base(message)
    {
    }

    internal MpiException(string message, Exception inner)
        : base(message, inner)
    {
    }

    internal MpiException(MpiErrorClass errorClass, int errorCode, string text, string call, int? rank, string? communicator)
        : base(Describe(errorClass, text, call, rank, communicator))
    {
        ErrorClass = errorClass;
        ErrorCode = errorCode;
        Text = text;
        Call = call;
        Rank = rank;
        CommunicatorName = communicator;
    }

    /// <summary>The standard's class of the error, the same under every MPI library.</summary>
    public MpiErrorClass ErrorClass { get; }

    /// <summary>The library's own error code; its numbering differs from library to library.</summary>
    public int ErrorCode { get; }

    /// <summary>The library's own words.</summary>
    public string? Text { get; }

    /// <summary>The call that failed, as the standard spells it, e.g. <c>MPI_Send</c>.</summary>
    public string? Call { get; }

    /// <summary>The calling process's rank in the communicator, where the call had one.</summary>
    public int? Rank { get; }

    /// <summary>The communicator's name, where the call had one.</summary>
    public string? CommunicatorName { get; }

    private static string Describe(MpiErrorClass errorClass, string text, string call, int? rank, string? communicator) => communicator is null
        ? $"{call} failed: {text} (class {errorClass})."
        : $"{call} failed on rank {rank} of {communicator}: {text} (class {errorClass}).";
}
