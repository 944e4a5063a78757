using System.Linq;
using HpcVirt.Ranks.Tests.Launching;
using NUnit.Framework;

namespace HpcVirt.Ranks.Tests;

/// <summary>The binding under the MPIs of Debian 13: all cases of tests/Ranks, by the same assembly.</summary>
[TestFixture]
[Category("Slow")]
internal sealed class TrixieTests
{
    [TestCase(MpiKind.OpenMpi5, 1)]
    [TestCase(MpiKind.OpenMpi5, 2)]
    [TestCase(MpiKind.OpenMpi5, 3)]
    [TestCase(MpiKind.OpenMpi5, 4)]
    [TestCase(MpiKind.Mpich42, 1)]
    [TestCase(MpiKind.Mpich42, 2)]
    [TestCase(MpiKind.Mpich42, 3)]
    public void All_cases_pass_under(MpiKind kind, int ranks)
    {
        RankRun run = RankRun.Of(kind, ranks);
        Assert.That(run.Failures.Select(static failure => $"{failure.Name}: {failure.Message}"), Is.Empty);
        Assert.That(run.PassedCount, Is.GreaterThan(100), "cases that ran");
    }
}
