using System;
using System.IO;
using System.Linq;
using HpcVirt.Ranks.Tests.Launching;
using NUnit.Framework;

namespace HpcVirt.Ranks.Tests;

/// <summary>One long job on four hosts that are hurt again and again, also while it recovers: what <c>./fuzz soak</c> does.</summary>
internal sealed class SoakTests
{
    [TestCase(200, "relaunch")]
    [TestCase(100, "spawn")]
    [TestCase(100, "standby")]
    [Category("Slow")]
    public void A_long_job_is_bit_identical_after_many_random_faults(int faults, string strategy)
    {
        if (!Environment.IsPrivilegedProcess) Assert.Ignore("missing capability: network namespaces (needs root)");
        string driver = Path.ChangeExtension(Tree.Program("tests/Soak", "soak"), null);
        MpiOutcome outcome = MpiLaunch.Run(
            [driver, Tree.Tool, Tree.Program("samples/stencil", "stencil"), Path.Combine(Tree.Root, "tests/Cluster/cluster"), $"{faults}", strategy, "1"], TimeSpan.FromHours(2));
        Assert.That(outcome.ExitCode, Is.Zero, outcome.ToString());
        Assert.That(outcome.Output.Split('\n').Select(static line => line.Trim()), Has.One.StartsWith($"soak: bit-identical after {faults} faults"), outcome.ToString());
    }
}
