using System.IO;
using System.Text;
using HpcVirt.Control.Processes;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Processes;

[TestFixture]
public sealed class JobStreamTests
{
    [Test]
    public void The_jobs_bytes_pass_unchanged_and_own_lines_begin_at_a_line()
    {
        using var memory = new MemoryStream();
        var stream = new JobStream(memory);
        stream.Write("\u001b[0m half"u8);
        stream.WriteLine("hpcvirt: a");
        stream.Write("whole\n"u8);
        stream.WriteLine("hpcvirt: b");
        Assert.That(Encoding.UTF8.GetString(memory.ToArray()), Is.EqualTo("\u001b[0m half\nhpcvirt: a\nwhole\nhpcvirt: b\n"));
    }

    [Test]
    public void A_reader_that_went_away_does_not_end_the_job()
    {
        Assert.That(() => new JobStream(new BrokenStream()).Write("x"u8), Throws.Nothing);
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override void Write(System.ReadOnlySpan<byte> buffer) => throw new IOException("Broken pipe");
    }
}
