using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Predictor.Data;

/// <summary>
/// The counted failures of each node: rows that start no more than the merging time after the row before them on the same node are the same
/// failure. Labels, event recall and migrations are all judged by these.
/// </summary>
internal sealed class FailureIndex
{
    private readonly Dictionary<int, long[]> _times = [];
    private readonly Dictionary<int, int[]> _kinds = [];

    public FailureIndex(IReadOnlyList<Failure> failures, long mergeS)
    {
        foreach (IGrouping<int, Failure> node in failures.GroupBy(static f => f.Node))
        {
            var times = new List<long>();
            var kinds = new List<int>();
            long? previousS = null;
            foreach (Failure failure in node)
            {
                if (previousS is null || failure.TimeS - previousS > mergeS)
                {
                    times.Add(failure.TimeS);
                    kinds.Add(failure.Kind);
                }

                previousS = failure.TimeS;
            }

            _times.Add(node.Key, [.. times]);
            _kinds.Add(node.Key, [.. kinds]);
        }
    }

    /// <summary>All counted failures with <c>fromS &lt; time &lt;= toS</c>, of all nodes, also of those that have no points.</summary>
    public IEnumerable<(int Node, long TimeS, int Kind)> Between(long fromS, long toS) =>
        from node in _times.Keys.Order()
        from i in Enumerable.Range(0, _times[node].Length)
        where _times[node][i] > fromS && _times[node][i] <= toS
        select (node, _times[node][i], _kinds[node][i]);

    /// <summary>The first failure of a node after a time, or null.</summary>
    public long? NextAfter(int node, long timeS)
    {
        if (!_times.TryGetValue(node, out long[]? times)) return null;
        int at = FirstAfter(times, timeS);
        return at < times.Length ? times[at] : null;
    }

    /// <summary>Whether a failure of the node starts in (t, t + H].</summary>
    public bool Label(int node, long timeS, long horizonS) => NextAfter(node, timeS) is { } next && next <= timeS + horizonS;

    private static int FirstAfter(long[] times, long timeS)
    {
        int low = 0, high = times.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (times[middle] > timeS) high = middle;
            else low = middle + 1;
        }

        return low;
    }
}
