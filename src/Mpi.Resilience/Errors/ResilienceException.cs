using System;

namespace HpcVirt.Mpi.Resilience;

/// <summary>The root of this project's exceptions. The message says what happened, where, and what to do next.</summary>
public class ResilienceException : Exception
{
    /// <summary>Makes an exception with its full message.</summary>
    /// <param name="message">What happened, where, and what to do next.</param>
    public ResilienceException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with its full message and its cause.</summary>
    /// <param name="message">What happened, where, and what to do next.</param>
    /// <param name="cause">What led to it.</param>
    public ResilienceException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
