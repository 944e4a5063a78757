using System;

namespace MPI;

/// <summary>Reductions of values that MPI cannot hold, in rank order as MPI combines operations that do not commute.</summary>
internal static class ManagedReduction
{
    /// <summary>Combines the first values: v0 op v1 op ... in this order.</summary>
    public static T Fold<T>(ReadOnlySpan<T> values, ReductionOperation<T> operation)
    {
        T result = values[0];
        foreach (T value in values[1..])
            result = operation(result, value);
        return result;
    }

    /// <summary>Combines arrays element by element.</summary>
    public static void Fold<T>(ReadOnlySpan<T[]> parts, ReductionOperation<T> operation, T[] result)
    {
        for (int rank = 0; rank < parts.Length; rank++)
        {
            if (parts[rank].Length != result.Length)
                throw new ArgumentException($"Rank {rank} brought {parts[rank].Length} elements to a reduction of {result.Length}. All ranks must bring as many.", nameof(parts));
        }

        parts[0].CopyTo(result, 0);
        foreach (T[] part in parts[1..])
        {
            for (int index = 0; index < result.Length; index++)
                result[index] = operation(result[index], part[index]);
        }
    }
}
