using System;
using System.IO;
using HpcVirt.Checkpoint;
using HpcVirt.Mpi.Resilience.Tests.Halt;
using NUnit.Framework;

namespace HpcVirt.Mpi.Resilience.Tests;

/// <summary>What people see of a long restart.</summary>
[TestFixture]
internal sealed class RestoreVoiceTests
{
    private const long GibiBytes = 1L << 30;

    [Test]
    public void Without_a_terminal_a_line_comes_every_two_seconds()
    {
        string[] lines = Restoring(isTerminal: false, seconds: 7).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Has.Length.EqualTo(3));
        Assert.That(lines[1].Trim(), Is.EqualTo("hpcvirt: restoring  50 % of 4.00 GiB, read twice, at 1.00 GiB/s (rank 0's progress times 4)"));
    }

    [Test]
    public void On_a_terminal_a_bar_is_drawn_over_itself()
    {
        string drawn = Restoring(isTerminal: true, seconds: 4);
        Assert.That(drawn.Split('\r')[^1], Does.StartWith("hpcvirt: restoring [###############---------------]  50 %"));
        Assert.That(drawn.TrimEnd('\n'), Does.Not.Contain("\n"));
        Assert.That(drawn, Does.EndWith("\n"), "what is printed next stands on a line of its own");
    }

    [Test]
    public void A_short_restart_needs_no_words() => Assert.That(Restoring(isTerminal: false, seconds: 1), Is.Empty);

    /// <summary>One of four ranks reads its gibibyte, twice, at a quarter of a gibibyte a second.</summary>
    private static string Restoring(bool isTerminal, int seconds)
    {
        using var output = new StringWriter { NewLine = "\n" };
        var clock = new SetClock(DateTimeOffset.UnixEpoch);
        var voice = new RestoreVoice(output, isTerminal, ranks: 4, clock);
        for (int quarter = 1; quarter <= 4 * seconds; quarter++)
        {
            clock.Advance(TimeSpan.FromSeconds(0.25));
            voice.Report(new RestoreProgress(quarter * GibiBytes / 16, 2 * GibiBytes));
        }

        voice.End();
        return output.ToString();
    }
}
