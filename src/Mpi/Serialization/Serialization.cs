using System;
using System.IO;

namespace MPI;

/// <summary>
/// How one communicator carries values that hold references: each is serialized into one message of bytes. All ranks of the communicator must
/// use the same settings. Source-compatible with MPI.NET, which cuts such values into blocks and needs worker threads for that; here a
/// value is one message, whatever its size up to 2 GiB.
/// </summary>
public sealed class Serialization : IDisposable
{
    private ISerializer _serializer = ObjectSerializer.Default;
    private int _bufferSize = 16 * 1024 * 1024;
    private int _workerCount = 16;

    /// <summary>Turns values into bytes and back; <see cref="ObjectSerializer"/> unless it is replaced.</summary>
    public ISerializer Serializer
    {
        get => _serializer;
        set => _serializer = value ?? throw new ArgumentNullException(nameof(value), "A communicator needs a serializer; the default one is ObjectSerializer.Default.");
    }

    /// <summary>Called for every serialized value that is sent, with its size in bytes and the receiver's rank.</summary>
    public Action<int, int>? SendLogger { get; set; }

    /// <summary>Called once a minute while a blocking receive of a serialized value waits. When it is set, such waits poll and yield the core instead of blocking inside MPI.</summary>
    public Action<string>? WaitLogger { get; set; }

    /// <summary>MPI.NET's size of a block, in bytes. Kept for programs that set it; values are not cut into blocks here.</summary>
    public int BufferSize
    {
        get => _bufferSize;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            _bufferSize = value;
        }
    }

    /// <summary>MPI.NET's number of worker threads. Kept for programs that set it; no threads are needed here.</summary>
    public int WorkerCount
    {
        get => _workerCount;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            _workerCount = value;
        }
    }

    /// <summary>Does nothing: buffers belong to the process's shared pool, and there are no threads to end.</summary>
    public void Dispose()
    {
    }

    /// <summary>The bytes of a value, in a pooled buffer that the caller disposes of.</summary>
    internal PooledStream Pack<T>(T value)
    {
        var stream = new PooledStream();
        try
        {
            Serializer.Serialize(stream, value);
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>The value of some bytes; nothing in it refers to the buffer.</summary>
    internal T Unpack<T>(byte[] buffer, int offset, int count)
    {
        using var stream = new MemoryStream(buffer, offset, count, writable: false);
        return Serializer.Deserialize<T>(stream);
    }
}
