using System;
using System.Collections.Generic;
using HpcVirt.Predictor.Simulation;
using NUnit.Framework;

namespace HpcVirt.Predictor.Tests.Simulation;

internal sealed class SimulatedNodeTests
{
    [Test]
    public void A_repair_ends_at_a_whole_second_so_that_what_is_written_is_what_was_simulated()
    {
        var node = new SimulatedNode(0, new Random(1));
        var ends = new List<double>();
        for (long nowS = 0; ends.Count < 20; nowS += 3600)
        {
            if (node.Advance(nowS, 3600).What == NodeTurnKind.Failed) ends.Add(node.DownUntilS);
        }

        Assert.That(ends, Has.All.Matches<double>(static end => end == Math.Floor(end)));
    }
}
