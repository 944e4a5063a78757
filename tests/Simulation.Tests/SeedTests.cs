using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using HpcVirt.Simulation.Runs;
using NUnit.Framework;

namespace HpcVirt.Simulation.Tests;

/// <summary>
/// Small random jobs of everything. A seed that fails is printed with the command that replays it; add it to known-seeds.txt when the defect is mended.
/// </summary>
[TestFixture]
internal sealed class SeedTests
{
    private const int FailuresShown = 5;

    [Test]
    public void A_thousand_seeds_pass_all_checkers() => Run(1, 1_000);

    [Test]
    [Category("Slow")]
    public void A_hundred_thousand_seeds_pass_all_checkers() => Run(1_001, 100_000);

    [TestCaseSource(nameof(KnownSeeds))]
    public void Seeds_that_once_found_a_defect_pass_all_checkers(long seed) => Assert.That(SeedRun.Of(seed).Findings, Is.Empty);

    [Test]
    public void Seeds_cover_what_the_simulation_is_for()
    {
        SeedResult[] results = [.. Enumerable.Range(1, 500).Select(seed => SeedRun.Of(seed))];
        JobReport[] reports = [.. results.Select(result => result.Disturbed)];
        Assert.Multiple(() =>
        {
            Assert.That(reports.Count(report => report.Attempts.Any(attempt => attempt is { IsSilent: true, CapturedMessages: > 0 })), Is.GreaterThan(50), "silent with messages captured");
            Assert.That(reports.Count(report => report.Attempts.Any(attempt => !attempt.IsSilent)), Is.GreaterThan(20), "given up");
            Assert.That(reports.Count(report => report.Attempts.Any(attempt => !attempt.IsSilent) && report.Attempts.Any(attempt => attempt.IsSilent)), Is.GreaterThan(10), "given up and then silent");
            Assert.That(reports.Count(report => report.End == JobEnd.RankLost), Is.GreaterThan(10), "a rank was lost");
            Assert.That(results.Count(result => result.IsRestarted && result.Disturbed is { End: JobEnd.RankLost, Committed: not null }), Is.GreaterThan(5), "restarted from a cut after a loss");
            Assert.That(reports.Count(report => !report.Setup.Program.IsNumbered && report.Attempts.Any(attempt => attempt.IsSilent)), Is.GreaterThan(20), "silent at safe points that are not numbered");
            Assert.That(reports.Count(report => report.Setup.Program.Ranks == 1), Is.GreaterThan(0), "a single rank");
        });
    }

    [Test]
    public void The_same_seed_gives_the_same_job()
    {
        JobReport first = SeedRun.Of(7).Disturbed;
        JobReport second = SeedRun.Of(7).Disturbed;
        Assert.That((second.Events, second.EndNs, second.ResultOf(0)), Is.EqualTo((first.Events, first.EndNs, first.ResultOf(0))));
    }

    private static IEnumerable<long> KnownSeeds() =>
        from line in File.ReadLines(Path.Combine(TestContext.CurrentContext.TestDirectory, "known-seeds.txt"))
        where line.Length > 0 && line[0] != '#'
        select long.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture);

    private static void Run(long from, long to)
    {
        var failures = new List<string>();
        for (long seed = from; seed <= to && failures.Count < FailuresShown; seed++)
        {
            SeedResult result = SeedRun.Of(seed);
            if (!result.IsGood)
                failures.Add($"seed {seed}: {result.Findings[0]}\n    replay it: ./hpcvirt simulate quiesce --replay {seed}");
        }

        Assert.That(failures, Is.Empty);
    }
}
