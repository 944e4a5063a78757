using System.Linq;
using HpcVirt.Simulation.Programs;
using HpcVirt.Simulation.Runs;
using NUnit.Framework;

namespace HpcVirt.Simulation.Tests;

/// <summary>
/// A bookmark that was taken tells its sender that this rank has come; so a rank that takes one must come. Otherwise the sender gathers, makes no more steps,
/// and this rank waits for one of them until the attempt's deadline.
/// </summary>
[TestFixture]
internal sealed class EarlyBookmarkTests
{
    private const int Jobs = 40;

    [TestCase(EarlyBookmarks.TakenAsWish, 0.9, 1.0)]
    [TestCase(EarlyBookmarks.Left, 0.9, 1.0)]
    [TestCase(EarlyBookmarks.Taken, 0.0, 0.7)]
    public void A_farm_falls_silent_at_once_if_who_takes_a_bookmark_comes(EarlyBookmarks early, double least, double most)
    {
        double atOnce = Enumerable.Range(1, Jobs).Count(seed => FirstIsSilent(early, (ulong)seed)) / (double)Jobs;
        Assert.That(atOnce, Is.InRange(least, most));
    }

    private static bool FirstIsSilent(EarlyBookmarks early, ulong seed)
    {
        JobReport report = new SimulatedJob(new JobSetup
        {
            Program = new FarmProgram(ranks: 8, tasks: 1_000, taskNs: 1_000_000, answerBytes: 128),
            Seed = seed,
            DeadlineNs = 250_000_000,
            Requests = [new TimedRank(50_000_000 + (long)(seed * 1_000_000), (int)(seed % 8))],
            EarlyBookmarks = early,
        }).Run();
        Assert.That(report.Findings, Is.Empty);
        return report.Attempts[0].IsSilent;
    }
}
