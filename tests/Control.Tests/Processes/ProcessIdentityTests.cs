using System.Diagnostics;
using HpcVirt.Control.Native;
using HpcVirt.Control.Processes;
using HpcVirt.Control.Protocol;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Processes;

[TestFixture]
[CancelAfter(30_000)]
public sealed class ProcessIdentityTests
{
    [TestCase(true)]
    [TestCase(false)]
    public void A_held_process_can_be_signalled_once_and_not_after_its_end(bool usePidfd)
    {
        using Process sleep = Process.Start("sleep", "60");
        using ProcessIdentity identity = ProcessIdentity.TryOpen(sleep.Id, usePidfd)!;
        Assert.That(identity.HasEnded, Is.False);
        Assert.That(identity.Signal(Signals.Kill), Is.True);
        sleep.WaitForExit();
        Assert.That(identity.HasEnded, Is.True);
        Assert.That(identity.Signal(Signals.Kill), Is.False);
    }

    [Test]
    public void A_process_that_never_was_cannot_be_held()
    {
        Assert.That(ProcessIdentity.TryOpen(0), Is.Null);
        Assert.That(ProcessIdentity.TryOpen(int.MaxValue), Is.Null);
    }

    [TestCase("kill -9 $$", 137, 9)]
    [TestCase("exit 3", 3, null)]
    public void The_end_of_a_process_is_told_where_the_kernel_can(string script, int code, int? signal)
    {
        var start = new ProcessStartInfo("sh") { RedirectStandardInput = true };
        foreach (string argument in (string[])["-c", "read line; " + script]) start.ArgumentList.Add(argument);
        using Process shell = Process.Start(start)!;
        using ProcessIdentity identity = ProcessIdentity.TryOpen(shell.Id)!;
        Assert.That(identity.TryGetExitStatus(), Is.Null, "it runs");
        shell.StandardInput.WriteLine("go");
        shell.WaitForExit();
        if (identity.TryGetExitStatus() is not { } status)
        {
            Assert.Ignore("this kernel has no PIDFD_INFO_EXIT (Linux 6.15)");
            return;
        }

        Assert.That(status, Is.EqualTo(new ExitStatus(code, signal)));
    }
}
