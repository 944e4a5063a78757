using System.Collections.Generic;
using System.Linq;
using HpcVirt.Simulation.Network;
using HpcVirt.Simulation.Runs;
using NUnit.Framework;

namespace HpcVirt.Simulation.Tests.Mutants;

/// <summary>The checkers are worth what they find. This is the list of the defects that they are shown; each must be found, within so many seeds.</summary>
[TestFixture]
internal sealed class MutantTests
{
    private const int SeedsMax = 5_000;

    private static readonly Mutant[] All =
    [
        new("the network drops one message") { Fault = NetworkFaultKind.Drop },
        new("the network delivers one message twice") { Fault = NetworkFaultKind.Duplicate },
        new("the network lets one message be overtaken") { Fault = NetworkFaultKind.Reorder },
        new("a sender counts one message too many") { Fault = NetworkFaultKind.SentOneTooMany },
        new("a receiver counts one message too many") { Fault = NetworkFaultKind.ReceivedOneTooMany },
        new("nothing is taken in while a rank is parked") { CapturesNothing = true },
        new("gather without all bookmarks taken") { Transition = Guards.GatherWithoutBookmarksTaken },
        new("vote before all have gathered") { Transition = Guards.VoteBeforeAllGathered },
        new("vote while messages are owed") { Transition = Guards.VoteWhileOwed },
        new("vote with open requests") { Transition = Guards.VoteWithOpenRequests },
        new("forget bookmarks that came before the arrival") { Transition = Guards.ForgetEarlyBookmarks },
        new("ignore bookmarks") { Transition = Guards.IgnoreBookmarks },
        new("ignore messages that come") { Transition = Guards.IgnoreMessages },
        new("step after having gathered") { Transition = Guards.StepAfterGathering },
        new("stale bookmarks after a step") { Transition = Guards.StaleBookmarksAfterStep },
        new("resume before the action") { Transition = Guards.ResumeBeforeActing },
        new("resume without release") { Transition = Guards.ResumeWithoutRelease },
        new("act on a lost vote") { Transition = Guards.ActOnALostVote },
        new("ignore a won vote") { Transition = Guards.IgnoreAWonVote },
        new("leave after a yes") { Transition = Guards.LeaveAfterAYes },
        new("enter the next attempt while one is outstanding") { Transition = Guards.NextAttemptWhileOneIsOutstanding },
        new("withdraw without a vote") { Transition = Guards.WithdrawWithoutAVote },
        new("withdraw without gathering") { Transition = Guards.WithdrawWithoutGathering },
        new("withdraw with a yes") { Transition = Guards.WithdrawWithAYes },
        new("withdraw and stay") { Transition = Guards.WithdrawAndStay },
        new("no deadline") { Transition = Guards.NoDeadline },
        new("attempts without numbers") { Transition = Guards.AttemptsWithoutNumbers },
        new("an objection is not heard") { Transition = Guards.ObjectionUnheard },
        new("never step") { Transition = Guards.NeverStep },
    ];

    [TestCaseSource(nameof(All))]
    public void Every_mutant_is_killed(Mutant mutant)
    {
        for (long seed = 1; seed <= SeedsMax; seed++)
        {
            IReadOnlyList<string> findings = SeedRun.Of(mutant.ApplyTo(Scenario.Of(seed), seed)).Findings;
            if (findings.Count == 0)
                continue;
            TestContext.Out.WriteLine($"{mutant}: killed by seed {seed}: {findings[0]}");
            return;
        }

        Assert.Fail($"{mutant}: {SeedsMax} seeds did not find it");
    }

    [Test]
    public void A_deadlock_is_seen_as_such()
    {
        Mutant mutant = All.Single(mutant => mutant.CapturesNothing);
        string? stuck = Enumerable.Range(1, SeedsMax)
            .Select(seed => SeedRun.Of(mutant.ApplyTo(Scenario.Of(seed), seed) with { DeadlineNs = long.MaxValue }))
            .SelectMany(result => result.Findings)
            .FirstOrDefault(finding => finding.Contains("the job is stuck") && finding.Contains("is Sending"));
        Assert.That(stuck, Does.Contain("is Parked (Gathering)"));
    }
}
