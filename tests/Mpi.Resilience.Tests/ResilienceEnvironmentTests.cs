using System.Collections.Generic;
using HpcVirt.Checkpoint;
using NUnit.Framework;

namespace HpcVirt.Mpi.Resilience.Tests;

[TestFixture]
internal sealed class ResilienceEnvironmentTests
{
    [Test]
    public void The_environment_overrides_what_the_program_says()
    {
        ResilientOptions options = Apply(
            new ResilientOptions { CheckpointDirectory = "here", Keep = 3 },
            new() { ["HPCVIRT_CHECKPOINTS"] = "there", ["HPCVIRT_INTERVAL"] = "10 steps", ["HPCVIRT_KEEP"] = "5", ["HPCVIRT_RESTORE"] = "never" });
        Assert.That(options.CheckpointDirectory, Is.EqualTo("there"));
        Assert.That(options.Interval, Is.EqualTo(CheckpointInterval.EverySteps(10)));
        Assert.That(options.Keep, Is.EqualTo(5));
        Assert.That(options.Restore, Is.False);
    }

    [Test]
    public void Slots_and_starts_come_from_the_environment()
    {
        ResilientOptions options = Apply(new ResilientOptions(), new() { ["HPCVIRT_MEMORY"] = "/dev/shm/x", ["HPCVIRT_SLOTS"] = "2", ["HPCVIRT_STARTS_PER_VERSION"] = "0" });
        Assert.That((options.MemoryTier!.Slots, options.StartsPerVersion), Is.EqualTo((2, 0)));
    }

    [Test]
    public void Empty_variables_change_nothing()
    {
        var options = new ResilientOptions { CheckpointDirectory = "here" };
        Assert.That(Apply(options, new() { ["HPCVIRT_CHECKPOINTS"] = "", ["HPCVIRT_KEEP"] = "" }), Is.EqualTo(options));
    }

    [TestCase("auto", null)]
    [TestCase("kernel", TrackingKind.WriteProtection)]
    [TestCase("hashes", TrackingKind.BlockHashes)]
    [TestCase("none", TrackingKind.None)]
    public void The_way_of_tracking_can_be_chosen_from_outside(string text, TrackingKind? expected) =>
        Assert.That(Apply(new ResilientOptions(), new() { ["HPCVIRT_MEMORY"] = "/dev/shm/x", ["HPCVIRT_TRACKING"] = text }).MemoryTier!.Tracking, Is.EqualTo(expected));

    [Test]
    public void An_unknown_way_of_tracking_is_refused_by_the_variables_name() =>
        Assert.That(
            () => Apply(new ResilientOptions(), new() { ["HPCVIRT_MEMORY"] = "/dev/shm/x", ["HPCVIRT_TRACKING"] = "magic" }),
            Throws.TypeOf<ResilienceException>().With.Message.Contains("HPCVIRT_TRACKING"));

    [TestCase("auto", CompressionMode.Automatic)]
    [TestCase("off", CompressionMode.Off)]
    [TestCase("lz4", CompressionMode.Lz4)]
    [TestCase("zstd", CompressionMode.Zstd)]
    public void Compression_can_be_chosen_from_outside(string text, CompressionMode expected) =>
        Assert.That(Apply(new ResilientOptions(), new() { ["HPCVIRT_COMPRESS"] = text }).Compression, Is.EqualTo(expected));

    [TestCase("HPCVIRT_COMPRESS", "much")]
    [TestCase("HPCVIRT_INTERVAL", "sometimes")]
    [TestCase("HPCVIRT_KEEP", "many")]
    [TestCase("HPCVIRT_RESTORE", "always")]
    [TestCase("HPCVIRT_QUIESCE_DEADLINE", "soon")]
    [TestCase("HPCVIRT_STARTS_PER_VERSION", "often")]
    public void A_value_that_cannot_be_read_is_refused_by_the_variables_name(string name, string value) =>
        Assert.That(() => Apply(new ResilientOptions(), new() { [name] = value }), Throws.TypeOf<ResilienceException>().With.Message.Contains(name));

    [Test]
    public void Keeping_one_version_is_refused_because_it_may_be_the_damaged_one() =>
        Assert.That(() => new ResilientOptions { Keep = 1 }.Validated(), Throws.TypeOf<ResilienceException>().With.Message.Contains("Keep is 1"));

    private static ResilientOptions Apply(ResilientOptions options, Dictionary<string, string> variables) =>
        ResilienceEnvironment.Apply(options, name => variables.GetValueOrDefault(name));
}
