using System;
using System.Collections.Generic;
using System.Linq;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests.Staging;

/// <summary>What a job may take of its host's memory, as the kernel's files tell.</summary>
internal sealed class MemoryLimitsTests
{
    private static readonly Dictionary<string, string> Host = new() { ["/proc/meminfo"] = "MemTotal:       24000 kB\nMemAvailable:    9000 kB\n" };

    [Test]
    public void Without_control_groups_the_kernels_word_counts() =>
        Assert.That(Of(Host).Tightest()!.Value, Is.EqualTo(new MemoryRoom(9000 * 1024, "what the kernel says is available (MemAvailable)")));

    [Test]
    public void The_tightest_group_on_the_way_up_counts_and_clean_pages_do_not()
    {
        var files = new Dictionary<string, string>(Host)
        {
            ["/proc/self/cgroup"] = "0::/slurm/job_7/step_0\n",
            ["/sys/fs/cgroup/slurm/job_7/step_0/memory.max"] = "max\n",
            ["/sys/fs/cgroup/slurm/job_7/step_0/memory.current"] = "10\n",
            ["/sys/fs/cgroup/slurm/job_7/memory.max"] = "5000\n",
            ["/sys/fs/cgroup/slurm/job_7/memory.current"] = "3000\n",
            ["/sys/fs/cgroup/slurm/job_7/memory.stat"] = "anon 2000\ninactive_file 700\nactive_file 10\n",
            ["/sys/fs/cgroup/slurm/memory.max"] = "90000\n",
            ["/sys/fs/cgroup/slurm/memory.current"] = "3000\n",
        };
        MemoryRoom room = Of(files).Tightest()!.Value;
        Assert.That(room.Bytes, Is.EqualTo(5000 - 3000 + 700));
        Assert.That(room.Bound, Does.Contain("5000 bytes").And.Contain("/slurm/job_7/memory.max"));
    }

    [Test]
    public void In_a_container_the_limit_is_at_the_mount()
    {
        var files = new Dictionary<string, string>(Host)
        {
            ["/proc/self/cgroup"] = "0::/../../host/path\n",
            ["/sys/fs/cgroup/memory.max"] = "4000",
            ["/sys/fs/cgroup/memory.current"] = "4500",
        };
        Assert.That(Of(files).Tightest()!.Value.Bytes, Is.Zero, "over the limit there is nothing left, not less than nothing");
    }

    [Test]
    public void Version_1_is_understood()
    {
        var files = new Dictionary<string, string>(Host)
        {
            ["/proc/self/cgroup"] = "5:cpu,cpuacct:/a\n4:memory:/job\n",
            ["/sys/fs/cgroup/memory/job/memory.limit_in_bytes"] = "6000",
            ["/sys/fs/cgroup/memory/job/memory.usage_in_bytes"] = "1000",
            ["/sys/fs/cgroup/memory/job/memory.stat"] = "total_inactive_file 100",
            ["/sys/fs/cgroup/memory/memory.limit_in_bytes"] = "9223372036854771712",
            ["/sys/fs/cgroup/memory/memory.usage_in_bytes"] = "1000",
        };
        Assert.That(Of(files).Tightest()!.Value.Bytes, Is.EqualTo(5100));
    }

    [Test]
    public void This_machine_says_something_sensible() => Assert.That(MemoryLimits.OfThisProcess.Tightest()!.Value.Bytes, Is.Positive);

    [Test]
    public void A_job_that_does_not_fit_is_refused_before_anything_is_staged_on_all_ranks_with_the_way_out([Values] RedundancyScheme scheme)
    {
        // The whole host has 10 MB; four ranks want three slots of 2 MB each, and redundancy on top.
        using var nodes = new Nodes(4, new StagedOptions { Program = "heat", Scheme = scheme, Losses = 1 }) { Elements = 250_000 };
        Exception?[] refusals = [.. nodes.Start((store, rank) =>
        {
            store.CheckRoom(rank.Regions, Of(new() { ["/proc/meminfo"] = "MemAvailable: 10000 kB" }));
            return true;
        }).Select(static e => e.Failure)];
        Assert.That(refusals, Is.All.TypeOf<CheckpointException>());
        Assert.That(refusals[0]!.Message, Does.Contain("MemAvailable").And.Contain("4 rank(s) of 3 slots").And.Contain("HPCVIRT_SLOTS=2").And.Contain("HPCVIRT_MEMORY"));
        Assert.That(nodes.Files(0, "slot-*.state"), Is.Empty);
    }

    [Test]
    public void What_is_reserved_already_is_not_wanted_twice()
    {
        using var nodes = new Nodes(2, new StagedOptions { Program = "heat", Scheme = RedundancyScheme.Partner }) { Elements = 250_000 };
        nodes.Commit(1, 2, 3, 4, 5);
        Nodes.Returned(nodes.Start(static (store, rank) =>
        {
            store.CheckRoom(rank.Regions, Of(new() { ["/proc/meminfo"] = "MemAvailable: 100 kB" }));
            return true;
        }));
    }

    [Test]
    public void Two_slots_hold_a_version_while_the_next_is_written()
    {
        using var nodes = new Nodes(2, new StagedOptions { Program = "heat", Slots = 2, Scheme = RedundancyScheme.Xor });
        nodes.Commit(1, 2, 3, 4, 5, 6);
        Assert.That(nodes.Files(0, "slot-0-*.state").Count(), Is.EqualTo(2));
        nodes.Lose(1);
        Assert.That(nodes.Restart().Step, Is.EqualTo(6));
    }

    private static MemoryLimits Of(Dictionary<string, string> files) => new(path => files.GetValueOrDefault(path));
}
