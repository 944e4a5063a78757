using System;
using System.Diagnostics.CodeAnalysis;
using MPI.Native;

namespace MPI;

/// <summary>Groups as sets, and the ranks in them.</summary>
public sealed partial class Group
{
    private static readonly Lazy<Group> EmptyGroup = new(() => new Group(Abi.Table.GroupEmpty));

    /// <summary>The group of no process.</summary>
    [SuppressMessage("Style", "IDE1006:Naming Styles", Justification = "MPI.NET's name.")]
    public static Group empty => EmptyGroup.Value;

    /// <summary>The number of processes in the group.</summary>
    public unsafe int Size
    {
        get
        {
            int size = 0;
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Group_size(Handle, &size), "MPI_Group_size");
            return size;
        }
    }

    /// <summary>This process's rank in the group, or <see cref="NoProcess"/>.</summary>
    public unsafe int Rank
    {
        get
        {
            int rank = 0;
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Group_rank(Handle, &rank), "MPI_Group_rank");
            return RankOrNone(rank);
        }
    }

    /// <summary>The processes of either group: those of the first, then those that only the second has. The caller disposes of it.</summary>
    /// <param name="group1">The first group.</param>
    /// <param name="group2">The second group.</param>
    /// <returns>The union.</returns>
    public static unsafe Group operator |(Group group1, Group group2)
    {
        (nint first, nint second) = HandlesOf(group1, group2);
        nint combined = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Group_union(first, second, &combined), "MPI_Group_union");
        return Wrap(combined);
    }

    /// <summary>The processes that both groups have, in the order of the first. The caller disposes of it.</summary>
    /// <param name="group1">The first group.</param>
    /// <param name="group2">The second group.</param>
    /// <returns>The intersection.</returns>
    public static unsafe Group operator &(Group group1, Group group2)
    {
        (nint first, nint second) = HandlesOf(group1, group2);
        nint combined = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Group_intersection(first, second, &combined), "MPI_Group_intersection");
        return Wrap(combined);
    }

    /// <summary>The processes of the first group that the second does not have. The caller disposes of it.</summary>
    /// <param name="group1">The first group.</param>
    /// <param name="group2">The second group.</param>
    /// <returns>The difference.</returns>
    public static unsafe Group operator -(Group group1, Group group2)
    {
        (nint first, nint second) = HandlesOf(group1, group2);
        nint combined = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Group_difference(first, second, &combined), "MPI_Group_difference");
        return Wrap(combined);
    }

    /// <summary>The group of some of this group's processes, in the order given. The caller disposes of it.</summary>
    /// <param name="ranks">Their ranks, each once.</param>
    /// <returns>The subgroup.</returns>
    public unsafe Group IncludeOnly(int[] ranks)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        nint selected = 0;
        fixed (int* pointer = ranks)
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Group_incl(Handle, ranks.Length, pointer, &selected), "MPI_Group_incl");
        return Wrap(selected);
    }

    /// <summary>The group of all of this group's processes but some, in the old order. The caller disposes of it.</summary>
    /// <param name="ranks">The ranks to leave out, each once.</param>
    /// <returns>The subgroup.</returns>
    public unsafe Group Exclude(int[] ranks)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        nint selected = 0;
        fixed (int* pointer = ranks)
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Group_excl(Handle, ranks.Length, pointer, &selected), "MPI_Group_excl");
        return Wrap(selected);
    }

    /// <summary>Which ranks the same processes have in another group.</summary>
    /// <param name="ranks">Ranks in this group.</param>
    /// <param name="other">The other group.</param>
    /// <returns>For each, the rank there, or <see cref="NoProcess"/>.</returns>
    public unsafe int[] TranslateRanks(int[] ranks, Group other)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        ArgumentNullException.ThrowIfNull(other);
        int[] translated = new int[ranks.Length];
        fixed (int* from = ranks)
        fixed (int* to = translated)
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Group_translate_ranks(Handle, ranks.Length, from, other.Handle, to), "MPI_Group_translate_ranks");
        for (int index = 0; index < translated.Length; index++)
            translated[index] = RankOrNone(translated[index]);
        return translated;
    }

    /// <summary>How this group relates to another.</summary>
    /// <param name="other">The other group.</param>
    /// <returns>Identical, similar or unequal.</returns>
    public unsafe Comparison Compare(Group other)
    {
        ArgumentNullException.ThrowIfNull(other);
        int result = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Group_compare(Handle, other.Handle, &result), "MPI_Group_compare");
        return Comparisons.FromNative(result);
    }

    private static (nint First, nint Second) HandlesOf(Group group1, Group group2)
    {
        ArgumentNullException.ThrowIfNull(group1);
        ArgumentNullException.ThrowIfNull(group2);
        return (group1.Handle, group2.Handle);
    }

    private static Group Wrap(nint handle) => handle == Abi.Table.GroupEmpty ? empty : new Group(handle);

    /// <summary>MPI_UNDEFINED has another value in the standard ABI; programs see one constant.</summary>
    private static int RankOrNone(int rank) => rank == Abi.Undefined ? NoProcess : rank;
}
