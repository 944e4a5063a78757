using System.Collections.Generic;
using System.Linq;
using HpcVirt.Control.Supervision;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Supervision;

/// <summary>Which hosts are absent, from what they answered.</summary>
[TestFixture]
public sealed class HostRollTests
{
    [Test]
    public void A_host_is_absent_when_it_missed_two_rounds_in_a_row_and_is_named_once()
    {
        var roll = new HostRoll(rounds: 2);
        Assert.That(Take(roll, "a+ b- c+"), Is.Empty);
        Assert.That(Take(roll, "a+ b- c+"), Is.EqualTo(new[] { "b" }));
        Assert.That(Take(roll, "a+ b- c-"), Is.Empty);
        Assert.That(Take(roll, "a+ b- c-"), Is.EqualTo(new[] { "c" }));
    }

    [Test]
    public void An_answer_in_between_begins_the_count_anew()
    {
        var roll = new HostRoll(rounds: 2);
        foreach (string round in (string[])["a+ b-", "a+ b+", "a+ b-"]) Assert.That(Take(roll, round), Is.Empty, round);
        Assert.That(Take(roll, "a+ b-"), Is.EqualTo(new[] { "b" }));
    }

    [Test]
    public void Where_nobody_answers_the_question_gets_nowhere_and_tells_nothing()
    {
        var roll = new HostRoll(rounds: 2);
        for (int round = 0; round < 5; round++) Assert.That(Take(roll, "a- b-"), Is.Empty);
    }

    [Test]
    public void A_host_that_cannot_be_asked_is_not_absent()
    {
        var roll = new HostRoll(rounds: 2);
        for (int round = 0; round < 5; round++) Assert.That(Take(roll, "a+ b?"), Is.Empty);
    }

    private static IReadOnlyList<string> Take(HostRoll roll, string round) => roll.Take(round.Split(' ').ToDictionary(
        static word => word[..^1],
        static word => word[^1] switch { '+' => (bool?)true, '-' => false, _ => null }));
}
