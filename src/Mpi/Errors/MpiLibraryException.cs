namespace MPI;

/// <summary>No MPI library fits this process: none is installed, or the one chosen is not the launcher's.</summary>
public sealed class MpiLibraryException : MpiException
{
    internal MpiLibraryException(string message)
        : base(message)
    {
    }
}
