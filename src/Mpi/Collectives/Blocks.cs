using System;
using System.Runtime.CompilerServices;

namespace MPI;

/// <summary>Blocks of an array, one for each rank, one behind the other in rank order.</summary>
internal static class Blocks
{
    /// <summary>Up to so many ranks, displacements stand on the stack.</summary>
    public const int MaxOnStack = 256;

    /// <summary>Computes where each block starts.</summary>
    /// <param name="counts">The blocks' lengths in elements, one for each rank.</param>
    /// <param name="displacements">Room for as many positions.</param>
    /// <param name="parameter">The caller's name for the counts.</param>
    /// <returns>The length of all blocks together.</returns>
    /// <exception cref="ArgumentException">Not one count for each rank, a negative one, or more elements than an array can have.</exception>
    public static int Lay(ReadOnlySpan<int> counts, Span<int> displacements, [CallerArgumentExpression(nameof(counts))] string parameter = "")
    {
        if (counts.Length != displacements.Length)
            throw new ArgumentException($"One count is needed for each of {displacements.Length} ranks; there are {counts.Length}.", parameter);
        long total = 0;
        for (int rank = 0; rank < counts.Length; rank++)
        {
            if (counts[rank] < 0)
                throw new ArgumentException($"The count of rank {rank} is {counts[rank]}; counts are not negative.", parameter);
            displacements[rank] = (int)Math.Min(total, int.MaxValue);
            total += counts[rank];
        }

        return total <= Array.MaxLength
            ? (int)total
            : throw new ArgumentException($"The counts add up to {total} elements; an array holds {Array.MaxLength} at most. Do it in several calls.", parameter);
    }

    /// <summary>As many elements for each of some ranks.</summary>
    public static int[] Even(int count, int ranks)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        int[] counts = new int[ranks];
        Array.Fill(counts, count);
        return counts;
    }

    /// <summary>The blocks as arrays of their own, for types that are serialized.</summary>
    public static T[][] Cut<T>(T[] values, int[] counts, int[] displacements)
    {
        var parts = new T[counts.Length][];
        for (int rank = 0; rank < parts.Length; rank++)
            parts[rank] = values.AsSpan(displacements[rank], counts[rank]).ToArray();
        return parts;
    }

    /// <summary>Copies arrays that came from the ranks into their blocks.</summary>
    public static void Join<T>(T[][] parts, int[] counts, int[] displacements, T[] values)
    {
        for (int rank = 0; rank < parts.Length; rank++)
        {
            if (parts[rank].Length != counts[rank])
                throw new ArgumentException($"Rank {rank} sent {parts[rank].Length} elements; its count here is {counts[rank]}. All ranks must agree on the counts.", nameof(counts));
            parts[rank].CopyTo(values.AsSpan(displacements[rank]));
        }
    }

    /// <summary>The array itself if it has the length, else a new one: MPI.NET's rule for results.</summary>
    public static T[] OfLength<T>(T[]? values, int length) => values is not null && values.Length == length ? values : new T[length];

    /// <summary>The array itself if it has at least the length, else a new one of the length.</summary>
    public static T[] OfAtLeast<T>(T[]? values, int length) => values is not null && values.Length >= length ? values : new T[length];

    /// <summary>MPI forbids one array as input and output: then the input is read from a copy.</summary>
    public static T[] Apart<T>(T[] input, T[]? output) => ReferenceEquals(input, output) ? (T[])input.Clone() : input;

    public static void RequireElements<T>(T[] values, int needed, [CallerArgumentExpression(nameof(values))] string parameter = "")
    {
        ArgumentNullException.ThrowIfNull(values, parameter);
        if (values.Length < needed)
            throw new ArgumentException($"The counts add up to {needed} elements; the array has {values.Length}.", parameter);
    }

    public static void RequireRoom(int length, long needed, string operation, string parameter)
    {
        if (length < needed)
            throw new ArgumentException($"{operation} needs room for {needed} elements; the receive span has {length}.", parameter);
    }
}
