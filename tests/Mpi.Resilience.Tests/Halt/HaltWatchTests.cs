using System;
using HpcVirt.Mpi.Resilience.Halt;
using NUnit.Framework;

namespace HpcVirt.Mpi.Resilience.Tests.Halt;

/// <summary>When a job stops by itself, by a clock that a test sets.</summary>
[TestFixture]
internal sealed class HaltWatchTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void A_job_that_nobody_told_to_stop_never_does()
    {
        var clock = new SetClock(Start);
        var watch = new HaltWatch(new HaltOptions(), ["directory"], clock);
        for (int year = 0; year < 10; year++)
        {
            clock.Advance(TimeSpan.FromDays(365));
            Assert.That(watch.Look(), Is.Null);
        }
    }

    [Test]
    public void It_stops_at_the_first_look_after_the_time_it_was_given()
    {
        var clock = new SetClock(Start);
        var watch = new HaltWatch(new HaltOptions { At = Start.AddMinutes(1) }, ["directory"], clock);
        clock.Advance(TimeSpan.FromSeconds(59.9));
        Assert.That(watch.Look(), Is.Null);
        clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.That(watch.Look(), Does.Contain("2026-01-31 12:01:00Z"));
    }

    [Test]
    public void Before_the_wall_times_end_it_keeps_the_margin_two_measured_checkpoints_and_two_lapses()
    {
        // 30 s of margin, twice 3 s in memory and 20 s of flush, and twice the second between two looks.
        HaltOptions options = Until(hours: 1);
        Assert.That(LastedUntil(options, ["memory", "directory"], watch =>
        {
            watch.Note("memory", TimeSpan.FromSeconds(3));
            watch.Note("directory", TimeSpan.FromSeconds(20));
        }), Is.EqualTo(TimeSpan.FromHours(1) - TimeSpan.FromSeconds(30 + 46 + 2)));
    }

    [Test]
    public void What_was_not_measured_yet_is_guessed() =>
        Assert.That(
            LastedUntil(Until(hours: 1) with { FlushGuess = TimeSpan.FromSeconds(100) }, ["memory", "directory"], static watch => watch.Note("memory", TimeSpan.FromSeconds(1))),
            Is.EqualTo(TimeSpan.FromHours(1) - TimeSpan.FromSeconds(30 + 202 + 2)));

    [Test]
    public void A_job_of_a_minute_does_not_stop_for_want_of_a_measurement_before_it_has_begun() =>
        Assert.That(
            LastedUntil(new HaltOptions { WallTimeEnd = Start.AddSeconds(80) }, ["directory"], static _ => { }),
            Is.EqualTo(TimeSpan.FromSeconds(80 - (30 + 20 + 2))), "an eighth is taken for a guess, and kept twice");

    [Test]
    public void The_longest_of_the_last_eight_counts() =>
        Assert.That(
            LastedUntil(Until(hours: 1), ["directory"], static watch =>
            {
                watch.Note("directory", TimeSpan.FromSeconds(500));
                watch.Note("directory", TimeSpan.FromSeconds(9));
                for (int i = 0; i < 7; i++)
                    watch.Note("directory", TimeSpan.FromSeconds(2));
            }),
            Is.EqualTo(TimeSpan.FromHours(1) - TimeSpan.FromSeconds(30 + 18 + 2)));

    [Test]
    public void A_checkpoint_between_two_looks_is_not_taken_for_a_long_step()
    {
        var clock = new SetClock(Start);
        var watch = new HaltWatch(Until(hours: 1), ["directory"], clock);
        watch.Note("directory", TimeSpan.FromSeconds(1));
        Assert.That(watch.Look(), Is.Null);
        clock.Advance(TimeSpan.FromMinutes(50));
        watch.RestartClock();
        Assert.That(watch.Look(), Is.Null, "ten minutes are left, and nothing takes longer than a second");
        clock.Advance(TimeSpan.FromMinutes(5));
        Assert.That(watch.Look(), Is.Not.Null, "after a step of five minutes, five minutes are not enough for another");
    }

    [TestCase("2026-01-31T18:00:00Z")]
    [TestCase("2026-01-31T19:00:00+01:00")]
    [TestCase("1769882400")]
    public void Times_are_read_as_people_and_programs_write_them(string text)
    {
        HaltOptions options = Apply(("HPCVIRT_STOP_AT", text), ("HPCVIRT_WALLTIME_END", text));
        Assert.That(options.At, Is.EqualTo(new DateTimeOffset(2026, 1, 31, 18, 0, 0, TimeSpan.Zero)));
        Assert.That(options.WallTimeEnd, Is.EqualTo(options.At));
    }

    [Test]
    public void Slurms_end_counts_where_nobody_says_another()
    {
        DateTimeOffset slurm = DateTimeOffset.FromUnixTimeSeconds(1769882400);
        Assert.That(Apply(("SLURM_JOB_END_TIME", "1769882400")).WallTimeEnd, Is.EqualTo(slurm));
        Assert.That(Apply(("SLURM_JOB_END_TIME", "1769882400"), ("HPCVIRT_WALLTIME_END", "never")).WallTimeEnd, Is.Null);
        Assert.That(Apply(("SLURM_JOB_END_TIME", "1769882400"), ("HPCVIRT_WALLTIME_END", "1769882000")).WallTimeEnd, Is.EqualTo(slurm.AddSeconds(-400)));
        Assert.That(Apply(("SLURM_JOB_END_TIME", "UNLIMITED")).WallTimeEnd, Is.Null);
    }

    [Test]
    public void The_environment_overrides_the_program()
    {
        HaltOptions options = HaltEnvironment.Apply(
            new HaltOptions { AfterNextCheckpoint = true, At = Start },
            name => name switch { "HPCVIRT_STOP_AFTER_CHECKPOINT" => "0", "HPCVIRT_STOP_AT" => "never", "HPCVIRT_WALLTIME_MARGIN" => "2m", _ => null });
        Assert.That(options, Is.EqualTo(new HaltOptions { Margin = TimeSpan.FromMinutes(2) }));
    }

    [Test]
    public void SIGTERM_stops_a_job_within_Slurm_or_where_it_is_told_to()
    {
        Assert.That(Apply().OnTerminate, Is.False);
        Assert.That(Apply(("SLURM_JOB_ID", "7")).OnTerminate, Is.True);
        Assert.That(Apply(("SLURM_JOB_ID", "7"), ("HPCVIRT_STOP_ON_SIGTERM", "0")).OnTerminate, Is.False);
        Assert.That(Apply(("HPCVIRT_STOP_ON_SIGTERM", "1")).OnTerminate, Is.True);
    }

    [TestCase("HPCVIRT_STOP_ON_SIGTERM", "perhaps")]
    [TestCase("HPCVIRT_STOP_AT", "tomorrow-ish")]
    [TestCase("HPCVIRT_WALLTIME_END", "soon")]
    [TestCase("HPCVIRT_WALLTIME_MARGIN", "-5s")]
    [TestCase("HPCVIRT_STOP_AFTER_CHECKPOINT", "yes")]
    public void A_value_that_cannot_be_read_is_refused_by_the_variables_name(string name, string value) =>
        Assert.That(() => Apply((name, value)), Throws.TypeOf<ResilienceException>().With.Message.Contains(name));

    private static HaltOptions Until(int hours) => new() { WallTimeEnd = Start.AddHours(hours) };

    /// <summary>How long a job lasts that looks once a second.</summary>
    private static TimeSpan LastedUntil(HaltOptions options, string[] parts, Action<HaltWatch> measure)
    {
        var clock = new SetClock(Start);
        var watch = new HaltWatch(options, parts, clock);
        measure(watch);
        while (watch.Look() is null)
            clock.Advance(TimeSpan.FromSeconds(1));
        return clock.GetUtcNow() - Start;
    }

    private static HaltOptions Apply(params (string Name, string Value)[] variables) =>
        HaltEnvironment.Apply(new HaltOptions(), name => Array.Find(variables, v => v.Name == name).Value);
}
