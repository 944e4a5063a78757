using System;
using System.IO;
using System.Linq;
using HpcVirt.Ranks.Tests.Launching;
using NUnit.Framework;

namespace HpcVirt.Ranks.Tests;

/// <summary>Real jobs that are killed at random instants of back-to-back checkpoints: what <c>./fuzz crash</c> does.</summary>
internal sealed class CrashFuzzTests
{
    [Test]
    public void Nothing_is_lost_refused_hung_or_wrong_after_a_few_kills() => Demand(kills: 6, "xor", ranks: 2, seed: 7, TimeSpan.FromMinutes(5));

    [TestCase(1000, "xor", 2)]
    [TestCase(100, "none", 2)]
    [TestCase(100, "rs2", 4)]
    [Category("Slow")]
    public void Nor_after_many(int kills, string scheme, int ranks) => Demand(kills, scheme, ranks, seed: 1, TimeSpan.FromHours(3));

    private static void Demand(int kills, string scheme, int ranks, int seed, TimeSpan deadline)
    {
        string driver = Path.ChangeExtension(Tree.Program("tests/Crash", "crash"), null);
        MpiOutcome outcome = MpiLaunch.Run([driver, "drive", Tree.Tool, $"{kills}", scheme, $"{ranks}", $"{seed}"], deadline);
        Assert.That(outcome.Output.Split('\n').Select(static line => line.Trim()), Does.Contain($"{kills} kills: {kills} ok, 0 lost, 0 refused, 0 hung, 0 wrong"), outcome.ToString());
        Assert.That(outcome.ExitCode, Is.Zero, outcome.ToString());
    }
}
