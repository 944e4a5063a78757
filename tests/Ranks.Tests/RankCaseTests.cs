using System.Collections.Generic;
using HpcVirt.Ranks.Harness;
using HpcVirt.Ranks.Tests.Launching;
using NUnit.Framework;

namespace HpcVirt.Ranks.Tests;

/// <summary>Every case of tests/Ranks on 1, 2, 3 and 4 ranks under each MPI.</summary>
[TestFixture]
internal sealed class RankCaseTests
{
    private static IEnumerable<TestCaseData> Cases(MpiKind kind)
    {
        for (int ranks = 1; ranks <= 4; ranks++)
        {
            foreach (RankCase rankCase in RankCases.All)
            {
                if (rankCase.MinRanks <= ranks && ranks <= rankCase.MaxRanks)
                    yield return new TestCaseData(ranks, rankCase.Name).SetName($"{rankCase.Name} on {ranks} ranks of {kind}");
            }
        }
    }

    [TestCaseSource(nameof(Cases), new object[] { MpiKind.OpenMpi })]
    public void Under_Open_MPI(int ranks, string name) => Judge(RankRun.Of(MpiKind.OpenMpi, ranks)[name]);

    [TestCaseSource(nameof(Cases), new object[] { MpiKind.Mpich })]
    public void Under_MPICH(int ranks, string name) => Judge(RankRun.Of(MpiKind.Mpich, ranks)[name]);

    private static void Judge(CaseResult result)
    {
        if (result.Outcome == CaseOutcome.CapabilityAbsent)
            Assert.Ignore(result.Message!);
        Assert.That(result.Outcome, Is.EqualTo(CaseOutcome.Passed), result.Message);
    }
}
