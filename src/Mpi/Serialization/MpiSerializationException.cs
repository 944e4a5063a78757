using System;

namespace MPI;

/// <summary>A value could not be turned into a message, or a message not into a value. The message names the type and the way out.</summary>
public sealed class MpiSerializationException : MpiException
{
    internal MpiSerializationException(string message)
        : base(message)
    {
    }

    internal MpiSerializationException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
