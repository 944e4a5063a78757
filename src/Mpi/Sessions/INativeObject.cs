namespace MPI;

/// <summary>A native object that belongs to no communicator, and goes with the session in which it was made.</summary>
internal interface INativeObject
{
    /// <summary>Lets go of what the library has, while it can still be asked about it.</summary>
    void Release();

    /// <summary>Makes the same again.</summary>
    void Renew();
}
