using System;
using System.Diagnostics;
using System.IO;
using HpcVirt.Control.Native;
using HpcVirt.Control.Processes;
using HpcVirt.Mpi.Resilience.Channel;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Processes;

[TestFixture]
[CancelAfter(60_000)]
public sealed class JobProcessesTests
{
    [Test]
    public void Orphans_in_sessions_of_their_own_are_found_and_strangers_are_left_alone()
    {
        using Process stranger = Start("other12345678", "exec sleep 60");
        // Its child detaches, as a daemon does, and the parent ends: neither group, session nor parent lead to it any more.
        using Process job = Start("mine12345678", "setsid sh -c 'sleep 60 & sleep 60' & exit 0");
        job.WaitForExit();
        var processes = new JobProcesses("mine12345678");
        Assert.That(() => processes.Signal(0), Is.EqualTo(3).After(10_000, 10));

        Assert.That(processes.Fence(TimeSpan.FromSeconds(20), TimeProvider.System), Is.True);

        Assert.That(processes.Signal(0), Is.Zero);
        Assert.That(stranger.HasExited, Is.False);
        stranger.Kill();
    }

    [Test]
    public void Only_processes_with_the_wanted_variable_are_signalled()
    {
        using Process launcher = Start("wanted123456", "exec sleep 60");
        using Process rank = Start("wanted123456", "exec sleep 60", ("PMI_RANK", "0"));
        var processes = new JobProcesses("wanted123456");
        Assert.That(processes.Signal(Signals.Terminate, "PMI_RANK"), Is.EqualTo(1));
        rank.WaitForExit();
        Assert.That(launcher.HasExited, Is.False);
        launcher.Kill();
    }

    [Test]
    public void A_job_whose_id_begins_like_ours_is_not_ours()
    {
        using Process other = Start("prefix123456789", "exec sleep 60");
        Assert.That(new JobProcesses("prefix12345").Signal(0), Is.Zero);
        other.Kill();
    }

    [TestCase(false, 1)]
    [TestCase(true, 0)]
    public void Processes_with_another_hosts_name_are_left_alone_in_jobs_over_several_hosts(bool leavesOtherHosts, int found)
    {
        if (!Environment.IsPrivilegedProcess) Assert.Ignore("missing capability: namespaces of host names (needs root)");
        using Process elsewhere = Start("elsewhere1234", "exec unshare -u sleep 60");
        Assert.That(() => File.ReadAllText($"/proc/{elsewhere.Id}/comm").Trim(), Is.EqualTo("sleep").After(10_000, 10));
        Assert.That(new JobProcesses("elsewhere1234", leavesOtherHosts).Signal(0), Is.EqualTo(found));
        elsewhere.Kill();
    }

    private static Process Start(string jobId, string script, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo("sh");
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(script);
        start.Environment[ControlEnvironment.JobId] = jobId;
        foreach ((string name, string value) in variables) start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
