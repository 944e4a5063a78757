using System;
using System.Linq;
using HpcVirt.Control.Operators;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Operators;

/// <summary>What tools are told of a job's ranks survives the channel, whatever its size; other words are refused.</summary>
[TestFixture]
public sealed class JobRanksTests
{
    [TestCase(0, 0)]
    [TestCase(2, 3)]
    [TestCase(200, 1000)]
    public void It_comes_back_as_it_was_in_lines_that_fit(int hosts, int ranks)
    {
        var job = new JobRanks(true, [.. Enumerable.Range(0, hosts).Select(static at => ($"node-{at}", at % 3))], [.. Enumerable.Range(0, ranks).Select(at => new PlacedRank(at, $"node-{at % Math.Max(hosts, 1)}", at * 1000L))]);
        string[] lines = [.. JobRanks.Encode(job)];
        JobRanks read = JobRanks.Parse(lines);
        Assert.That(lines, Has.Length.LessThanOrEqualTo(32).And.All.Length.LessThan(1024));
        Assert.That(read.IsHeld, Is.True);
        Assert.That(read.Hosts, Is.EqualTo(job.Hosts));
        Assert.That(read.Ranks, Is.EqualTo(job.Ranks));
    }

    [TestCase("")]
    [TestCase("hosts a:1")]
    [TestCase("held maybe")]
    [TestCase("held no\nhosts a")]
    [TestCase("held no\nranks 0:a")]
    [TestCase("held no\nranks x@a:1")]
    [TestCase("'ranks' is not known here; this is an older hpcvirt than yours")]
    public void Other_words_are_refused(string lines) => Assert.That(() => JobRanks.Parse(lines.Split('\n')), Throws.TypeOf<FormatException>());
}
