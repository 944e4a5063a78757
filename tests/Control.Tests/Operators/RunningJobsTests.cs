using System.IO;
using System.Net.Sockets;
using HpcVirt.Control.Operators;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Operators;

internal sealed class RunningJobsTests
{
    [Test]
    public void The_remains_of_a_supervisor_that_was_killed_are_no_job_beside_one_that_runs()
    {
        string place = Directory.CreateTempSubdirectory("hpcvirt-place-").FullName;
        try
        {
            using (Listen(place, "aaaa1111"))
            {
                // Closed below, its file stays: as after SIGKILL.
            }

            using Socket runs = Listen(place, "bbbb2222");
            string found = RunningJobs.Find(null, [place]);
            Assert.That(Path.GetFileName(found), Is.EqualTo("hpcvirt-bbbb2222"));

            using Socket another = Listen(place, "cccc3333");
            Assert.That(() => RunningJobs.Find(null, [place]), Throws.TypeOf<ControlException>().With.Message.Contain("bbbb2222, cccc3333").Or.Message.Contain("cccc3333, bbbb2222"));
        }
        finally
        {
            Directory.Delete(place, recursive: true);
        }
    }

    private static Socket Listen(string place, string id)
    {
        string directory = Directory.CreateDirectory(Path.Combine(place, "hpcvirt-" + id)).FullName;
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Path.Combine(directory, "control")));
        socket.Listen();
        return socket;
    }
}
