namespace MPI;

/// <summary>A message was longer than the buffer it was received into. What did not fit is lost, as the standard rules (MPI 4.1, section 3.2.4).</summary>
public sealed class MessageTruncatedException : MpiException
{
    internal MessageTruncatedException(string message)
        : base(message)
    {
    }

    internal MessageTruncatedException(int errorCode, string text, string call, int? rank, string? communicator)
        : base(MpiErrorClass.Truncate, errorCode, text, call, rank, communicator)
    {
    }
}
