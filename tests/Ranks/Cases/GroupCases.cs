using System;
using System.Linq;
using HpcVirt.Ranks.Harness;
using MPI;

namespace HpcVirt.Ranks.Cases;

/// <summary>Groups as sets of processes.</summary>
public static class GroupCases
{
    public static void The_group_of_world_has_its_ranks(Intracommunicator world)
    {
        using Group all = world.Group;
        Expect.Equal((world.Size, world.Rank), (all.Size, all.Rank), "size and rank");
    }

    public static void Union_intersection_and_difference_keep_the_order_of_the_first(Intracommunicator world)
    {
        using Group all = world.Group;
        int[] backwards = [.. Enumerable.Range(0, world.Size).Reverse()];
        using Group reversed = all.IncludeOnly(backwards);
        using Group withoutFirst = all.Exclude([0]);
        using Group first = all.IncludeOnly([0]);
        using Group union = withoutFirst | first;
        using Group intersection = reversed & withoutFirst;
        using Group difference = reversed - first;
        Expect.Equal(world.Rank == 0 ? world.Size - 1 : world.Rank - 1, union.Rank, "the first comes last");
        Expect.Equal(world.Rank == 0 ? Group.NoProcess : world.Size - 1 - world.Rank, intersection.Rank, "reversed without the first");
        Expect.True(difference.Compare(intersection) is Comparison.Identical or Comparison.Congruent, "the same in another way");
    }

    public static void Ranks_are_translated_between_groups(Intracommunicator world)
    {
        using Group all = world.Group;
        using Group odd = all.IncludeOnly([.. Enumerable.Range(0, world.Size).Where(rank => rank % 2 == 1)]);
        int[] translated = all.TranslateRanks([.. Enumerable.Range(0, world.Size)], odd);
        for (int rank = 0; rank < world.Size; rank++)
            Expect.Equal(rank % 2 == 1 ? rank / 2 : Group.NoProcess, translated[rank], $"rank {rank} among the odd");
    }

    public static void Groups_compare_as_sets_and_as_sequences(Intracommunicator world)
    {
        using Group all = world.Group;
        using Group again = world.Group;
        using Group reversed = all.IncludeOnly([.. Enumerable.Range(0, world.Size).Reverse()]);
        Expect.Equal(Comparison.Identical, all.Compare(again), "the same");
        Expect.Equal(world.Size == 1 ? Comparison.Identical : Comparison.Similar, all.Compare(reversed), "another order");
        Expect.Equal(Comparison.Unequal, all.Compare(Group.empty), "nobody");
    }

    public static void The_empty_group_has_nobody_and_survives_dispose(Intracommunicator world)
    {
        using Group all = world.Group;
        using Group nobody = all - all;
        nobody.Dispose();
        Group.empty.Dispose();
        Expect.Equal((0, Group.NoProcess), (Group.empty.Size, Group.empty.Rank), "size and rank");
    }

    public static void A_communicator_is_made_of_a_group(Intracommunicator world)
    {
        using Group all = world.Group;
        using Group upper = all.Exclude([.. Enumerable.Range(0, world.Size / 2)]);
        using Communicator? part = world.Create(upper);
        Expect.Equal(world.Rank < world.Size / 2, part is null, "ranks outside have none");
        if (part is not null)
            Expect.Equal(world.Rank - (world.Size / 2), part.Rank, "rank inside");
    }
}
