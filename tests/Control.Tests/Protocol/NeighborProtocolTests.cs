using System.Collections.Immutable;
using System.Linq;
using HpcVirt.Control.Protocol;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Protocol;

/// <summary>Where a replacement is connected only on a host on which another rank is left.</summary>
[TestFixture]
public sealed class NeighborProtocolTests
{
    [TestCase(true, false, "RepairLinks")]
    [TestCase(true, true, "EndAttempt")]
    [TestCase(false, true, "RepairLinks")]
    public void A_rank_that_was_alone_on_its_host_is_replaced_only_where_that_can_be_connected(bool needsNeighbor, bool wasAlone, string effect)
    {
        var state = new SupervisorState(RestartsMax: 5) { Ranks = 2, RanksMin = 2, RepairsInJob = true, NeedsNeighbor = needsNeighbor };
        ImmutableArray<SupervisorEffect> effects = [];
        foreach (SupervisorEvent happened in (SupervisorEvent[])[new Begin(), new RankConnected(1, 0), new RankConnected(1, 1), new RankLost(1, 1) { Host = "b", WasAloneThere = wasAlone }])
            (state, effects) = SupervisorProtocol.Next(state, happened);
        Assert.That(effects.Select(static e => e.GetType().Name), Is.EqualTo(new[] { effect }));
    }
}
