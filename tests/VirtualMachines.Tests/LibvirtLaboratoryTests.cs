using System;
using System.IO;
using System.Linq;
using NUnit.Framework;

namespace HpcVirt.VirtualMachines.Tests;

/// <summary>A laboratory with libvirt's daemons: what people do with it by hand, and what is left of it.</summary>
[TestFixture]
[Category("Slow")]
[CancelAfter(300_000)]
public sealed class LibvirtLaboratoryTests
{
    [Test]
    public void Guests_are_seen_killed_and_started_again_elsewhere_and_nothing_is_left_when_it_is_down()
    {
        using var laboratory = new Laboratory(guests: 2, hasLibvirt: true);
        Assert.That(laboratory.Do("status"), Does.Match(@"vm1 10\.78\.0\.1 on host a, pid \d+").And.Match(@"vm2 10\.78\.0\.2 on host b, pid \d+"));
        _ = laboratory.Do("kill", "vm1");
        Assert.That(laboratory.Do("status"), Does.Contain("vm1 10.78.0.1 not running"));
        _ = laboratory.Do("guest", "vm1", "b");
        Assert.That(laboratory.Do("status"), Does.Contain("vm1 10.78.0.1 on host b"));

        string place = laboratory.Place;
        Assert.That(MountsOf(place), Is.Not.Empty, "the daemons have folders of their own, or this test sees nothing");
        Assert.That(ProcessesOf(place), Is.Not.Empty);
        _ = laboratory.Do("down");
        Assert.That(Directory.Exists(place), Is.False);
        Assert.That(MountsOf(place), Is.Empty);
        Assert.That(ProcessesOf(place), Is.Empty);
        Assert.That(laboratory.Run("status").Said, Does.Contain("no laboratory is up"));
    }

    /// <summary>A mount names the folder that it shows from the root of its file system on.</summary>
    private static string[] MountsOf(string place) => [.. Processes("mountinfo").Where(text => text.Contains($"/{Path.GetFileName(place)}/host-", StringComparison.Ordinal))];

    private static string[] ProcessesOf(string place) => [.. Processes("cmdline").Where(text => text.Contains(place + "/host-", StringComparison.Ordinal) || text.Contains(place + "/image", StringComparison.Ordinal))];

    /// <summary>One file of each process that is there; some end while one looks.</summary>
    private static string[] Processes(string file) =>
    [
        .. Directory.EnumerateDirectories("/proc").Where(static folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])).Select(folder =>
        {
            try
            {
                return File.ReadAllText(Path.Combine(folder, file));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return "";
            }
        }),
    ];
}
