using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using HpcVirt.Control.Launchers;
using HpcVirt.Control.Processes;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Processes;

[TestFixture]
[CancelAfter(60_000)]
public sealed class JobProcessTests
{
    [Test]
    public void Who_waits_for_a_launcher_hears_of_its_end_also_when_it_has_been_put_away_meanwhile()
    {
        // The thread that reports a launcher's end was now and then later than the one that puts the attempt away, and took the supervisor with it.
        for (int round = 0; round < 20; round++)
        {
            using var sink = new MemoryStream();
            var command = new LaunchCommand("sh", ["-c", "exit 7"], new Dictionary<string, string?>());
            JobProcess process = JobProcess.Start(command, workingDirectory: null, new JobStream(sink), new JobStream(sink));
            int code = -1;
            var watcher = new Thread(() =>
            {
                process.WaitForExit();
                code = process.ExitCode;
            });
            watcher.Start();
            Assert.That(process.WaitForExit(TimeSpan.FromSeconds(30)));
            process.Dispose();
            watcher.Join();
            Assert.That(code, Is.EqualTo(7));
        }
    }
}
