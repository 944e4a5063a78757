using System.IO;

namespace MPI;

/// <summary>Turns values that hold references into bytes and back. All ranks of a communicator must use the same one.</summary>
public interface ISerializer
{
    /// <summary>Writes a value.</summary>
    /// <typeparam name="T">The type as the caller knows it; the value may be of a derived type.</typeparam>
    /// <param name="stream">Where to write; the value is a message of its own, so it need not say where it ends.</param>
    /// <param name="value">The value, which may be null.</param>
    void Serialize<T>(Stream stream, T value);

    /// <summary>Reads a value.</summary>
    /// <typeparam name="T">The type under which it was written.</typeparam>
    /// <param name="stream">Holds exactly one value, from its position to its end.</param>
    /// <returns>The value.</returns>
    T Deserialize<T>(Stream stream);
}
