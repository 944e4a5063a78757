using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Checkpoint.Elastic;

/// <summary>Which stretches of a stored part belong where in a new part of the same global array. Pure functions of two decompositions.</summary>
internal static class Overlap
{
    /// <summary>A stretch that lies in one piece on both sides; all numbers count elements of the memories.</summary>
    internal readonly record struct Run(long From, long To, long Count);

    /// <summary>How many elements a new part wants: a restart that finds fewer has not restored it.</summary>
    public static long Wanted(RegionDecomposition mine) => mine.Kind == DecompositionKind.Block
        ? Volume(MemoryBox(mine), ExtendedDomain(mine))
        : OwnedRuns(mine).Sum(static r => r.Count);

    public static IEnumerable<Run> Between(RegionDecomposition stored, RegionDecomposition mine) =>
        stored.Kind == DecompositionKind.Block && mine.Kind == DecompositionKind.Block ? OfBoxes(stored, mine) : OfRuns(stored, mine);

    /// <summary>
    /// Boxes: what a stored rank vouches for is its box, and at the array's edges also the halo beyond, which nobody owns: these tile the array
    /// and its rim without overlapping, so a new rank's box and halo are put together from them whatever the grid.
    /// </summary>
    private static IEnumerable<Run> OfBoxes(RegionDecomposition stored, RegionDecomposition mine)
    {
        (long[] Start, long[] End) storedMemory = MemoryBox(stored);
        (long[] Start, long[] End) myMemory = MemoryBox(mine);
        (long[] start, long[] end) = Intersect(Vouched(stored), myMemory);
        int last = start.Length - 1;
        if (Enumerable.Range(0, start.Length).Any(d => start[d] >= end[d])) yield break;
        long[] at = [.. start];
        while (true)
        {
            yield return new Run(Linear(at, storedMemory), Linear(at, myMemory), end[last] - start[last]);
            int d = last - 1;
            while (d >= 0 && ++at[d] == end[d])
            {
                at[d] = start[d];
                d--;
            }

            if (d < 0) yield break;
        }
    }

    /// <summary>Everything else: both sides as sorted runs of global numbers, merged.</summary>
    private static IEnumerable<Run> OfRuns(RegionDecomposition stored, RegionDecomposition mine)
    {
        GlobalRun[] theirs = [.. OwnedRuns(stored).OrderBy(static r => r.Global)];
        GlobalRun[] ours = [.. OwnedRuns(mine).OrderBy(static r => r.Global)];
        int i = 0;
        foreach (GlobalRun wanted in ours)
        {
            while (i < theirs.Length && theirs[i].Global + theirs[i].Count <= wanted.Global) i++;
            for (int j = i; j < theirs.Length && theirs[j].Global < wanted.Global + wanted.Count; j++)
            {
                long from = long.Max(theirs[j].Global, wanted.Global);
                long end = long.Min(theirs[j].Global + theirs[j].Count, wanted.Global + wanted.Count);
                if (from < end) yield return new Run(theirs[j].Local + from - theirs[j].Global, wanted.Local + from - wanted.Global, end - from);
            }
        }
    }

    private static IEnumerable<GlobalRun> OwnedRuns(RegionDecomposition part) => part.Kind switch
    {
        DecompositionKind.Block => BlockRuns(part),
        DecompositionKind.BlockCyclic => CyclicRuns(part),
        _ => ListRuns(part),
    };

    private static IEnumerable<GlobalRun> BlockRuns(RegionDecomposition part)
    {
        (long[] Start, long[] End) memory = MemoryBox(part);
        (long[] Start, long[] End) whole = (new long[part.GlobalShape.Count], [.. part.GlobalShape]);
        int last = part.GlobalShape.Count - 1;
        foreach (long[] at in Rows([.. part.Second]))
        {
            long[] global = [.. at.Select((x, d) => x + part.First[d])];
            if (part.Second[last] > 0) yield return new GlobalRun(Linear(global, whole), Linear(global, memory), part.Second[last]);
        }
    }

    private static IEnumerable<GlobalRun> CyclicRuns(RegionDecomposition part)
    {
        int last = part.GlobalShape.Count - 1;
        (long[] Start, long[] End) whole = (new long[last + 1], [.. part.GlobalShape]);
        long[] extents = [.. Enumerable.Range(0, last + 1).Select(part.CyclicExtent)];
        (long[] Start, long[] End) memory = (new long[last + 1], extents);
        foreach (long[] at in Rows(extents))
        {
            for (long column = 0; column < extents[last]; column += part.First[last])
            {
                at[last] = column;
                long[] global = [.. at.Select((x, d) => (((x / part.First[d] * part.Second[d]) + part.Third[d]) * part.First[d]) + (x % part.First[d]))];
                yield return new GlobalRun(Linear(global, whole), Linear(at, memory), long.Min(part.First[last], extents[last] - column));
            }

            at[last] = 0;
        }
    }

    private static IEnumerable<GlobalRun> ListRuns(RegionDecomposition part)
    {
        long local = 0;
        for (int run = 0; run < part.First.Count; run++)
        {
            yield return new GlobalRun(part.First[run], local, part.Second[run]);
            local += part.Second[run];
        }
    }

    /// <summary>The first element of every row of a box; the same array each time, moved on.</summary>
    private static IEnumerable<long[]> Rows(long[] extents)
    {
        if (extents.Any(static e => e == 0)) yield break;
        long[] at = new long[extents.Length];
        while (true)
        {
            yield return at;
            int d = extents.Length - 2;
            while (d >= 0 && ++at[d] == extents[d])
            {
                at[d] = 0;
                d--;
            }

            if (d < 0) yield break;
        }
    }

    private static (long[] Start, long[] End) MemoryBox(RegionDecomposition part) => (
        [.. part.First.Select((start, d) => start - part.Third[d])],
        [.. part.First.Select((start, d) => start + part.Second[d] + part.Third[d])]);

    private static (long[] Start, long[] End) Vouched(RegionDecomposition part) => (
        [.. part.First.Select((start, d) => start == 0 ? -part.Third[d] : start)],
        [.. part.First.Select((start, d) => start + part.Second[d] + (start + part.Second[d] == part.GlobalShape[d] ? part.Third[d] : 0))]);

    private static (long[] Start, long[] End) ExtendedDomain(RegionDecomposition part) => (
        [.. part.Third.Select(static halo => -halo)],
        [.. part.GlobalShape.Select((extent, d) => extent + part.Third[d])]);

    private static (long[] Start, long[] End) Intersect((long[] Start, long[] End) a, (long[] Start, long[] End) b) => (
        [.. a.Start.Select((s, d) => long.Max(s, b.Start[d]))], [.. a.End.Select((e, d) => long.Min(e, b.End[d]))]);

    private static long Volume((long[] Start, long[] End) a, (long[] Start, long[] End) b)
    {
        (long[] start, long[] end) = Intersect(a, b);
        return start.Select((s, d) => long.Max(0, end[d] - s)).Aggregate(1L, static (product, extent) => product * extent);
    }

    private static long Linear(long[] at, (long[] Start, long[] End) box)
    {
        long linear = 0;
        for (int d = 0; d < at.Length; d++) linear = (linear * (box.End[d] - box.Start[d])) + at[d] - box.Start[d];
        return linear;
    }

    private readonly record struct GlobalRun(long Global, long Local, long Count);
}
