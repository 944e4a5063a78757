using System.Collections.Generic;

namespace HpcVirt.Predictor.Features;

/// <summary>What the features remember of one node. Everything in it is bounded by the schema, not by the length of the history.</summary>
internal sealed class NodeState(int sensors, int events, int failures, int neighbours)
{
    public HeldHistory?[] Held { get; } = new HeldHistory?[sensors];

    public SampledWindows?[] Sampled { get; } = new SampledWindows?[sensors];

    /// <summary>When each sensor last gave a value.</summary>
    public long[] SeenS { get; } = new long[sensors];

    public WindowCounter?[] Events { get; } = new WindowCounter?[events];

    public WindowCounter?[] Failures { get; } = new WindowCounter?[failures];

    /// <summary>This node's share of what its group counts, to be taken away.</summary>
    public WindowCounter?[] Neighbours { get; } = new WindowCounter?[neighbours];

    public WindowCounter? Rows { get; set; }

    public long? FirstS { get; set; }

    public long? LastFailureS { get; set; }

    public long? BeforeLastFailureS { get; set; }

    public double LastRepairHours { get; set; } = double.NaN;

    /// <summary>Failures whose kind becomes known when the repair ends, by that time.</summary>
    public PriorityQueue<(long TimeS, int Kind), long> Pending { get; } = new();
}

/// <summary>What the features remember of a group of neighbours.</summary>
internal sealed class GroupState(int counters)
{
    public WindowCounter?[] Counters { get; } = new WindowCounter?[counters];
}
