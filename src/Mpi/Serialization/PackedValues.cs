using System;
using System.Buffers;

namespace MPI;

/// <summary>Serialized values of several ranks in one pooled buffer, one behind the other in rank order, as MPI's calls with counts want them.</summary>
internal sealed class PackedValues : IDisposable
{
    private readonly PooledStream? _written;
    private readonly byte[]? _rented;

    private PackedValues(PooledStream written, int[] counts, int[] displacements)
    {
        _written = written;
        Counts = counts;
        Displacements = displacements;
    }

    private PackedValues(byte[] rented, int[] counts, int[] displacements)
    {
        _rented = rented;
        Counts = counts;
        Displacements = displacements;
    }

    public byte[] Buffer => _rented ?? _written!.Buffer;

    /// <summary>The size of each rank's value, in bytes.</summary>
    public int[] Counts { get; }

    public int[] Displacements { get; }

    /// <summary>Serializes one value for each rank but the one in <paramref name="skipped"/>, which gets no bytes.</summary>
    public static PackedValues Pack<T>(Serialization serialization, ReadOnlySpan<T> values, int skipped)
    {
        int[] counts = new int[values.Length];
        int[] displacements = new int[values.Length];
        var stream = new PooledStream();
        try
        {
            for (int rank = 0; rank < values.Length; rank++)
            {
                displacements[rank] = stream.LengthBytes;
                if (rank != skipped)
                    serialization.Serializer.Serialize(stream, values[rank]);
                counts[rank] = stream.LengthBytes - displacements[rank];
            }

            return new PackedValues(stream, counts, displacements);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Room for values of known sizes.</summary>
    public static PackedValues Room(int[] counts)
    {
        int[] displacements = new int[counts.Length];
        long total = 0;
        for (int rank = 0; rank < counts.Length; rank++)
        {
            displacements[rank] = (int)Math.Min(total, int.MaxValue);
            total += counts[rank];
        }

        if (total > Array.MaxLength)
        {
            throw new MpiSerializationException(
                $"The serialized values of {counts.Length} ranks have {total} bytes together; one collective call can bring {Array.MaxLength}. Use smaller values or several calls.");
        }

        return new PackedValues(ArrayPool<byte>.Shared.Rent((int)Math.Max(total, 1)), counts, displacements);
    }

    public T Unpack<T>(Serialization serialization, int rank) => serialization.Unpack<T>(Buffer, Displacements[rank], Counts[rank]);

    public void Dispose()
    {
        _written?.Dispose();
        if (_rented is not null)
            ArrayPool<byte>.Shared.Return(_rented);
    }
}
