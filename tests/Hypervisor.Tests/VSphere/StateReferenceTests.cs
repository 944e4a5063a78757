using System;
using System.Globalization;
using System.IO;
using System.IO.Hashing;
using System.Text;
using HpcVirt.Hypervisor.VSphere;
using NUnit.Framework;

namespace HpcVirt.Hypervisor.Tests.VSphere;

/// <summary>The reference to a snapshot: the bytes on file, and that nothing but those is believed.</summary>
[TestFixture]
[CancelAfter(60_000)]
public sealed class StateReferenceTests
{
    private static readonly StateReference Known = new()
    {
        Guest = "vm1",
        VCenter = "8d1b1a7e-0000-4000-8000-00000000beef",
        Machine = "vm-41",
        Snapshot = "snapshot-7",
        Name = "hpcvirt-vm1-20260131T1800000000000Z-0123abcd",
        SavedAt = new DateTimeOffset(2026, 1, 31, 18, 0, 5, TimeSpan.Zero),
    };

    private static string GoldenFile => Path.Combine(TestContext.CurrentContext.TestDirectory, "Golden", "vsphere-state.v1");

    [Test]
    public void The_bytes_are_those_on_file_and_are_read_back()
    {
        if (Environment.GetEnvironmentVariable("HPCVIRT_WRITE_GOLDEN") is { } folder) File.WriteAllBytes(Path.Combine(folder, "vsphere-state.v1"), Known.Encode());
        byte[] golden = File.ReadAllBytes(GoldenFile);
        Assert.That(Known.Encode(), Is.EqualTo(golden), "the format has changed; if it was meant to, give it a new number and keep the old file");
        Assert.That(StateReference.Decode(golden, "golden"), Is.EqualTo(Known));
    }

    [Test]
    public void Any_changed_missing_or_added_byte_is_refused()
    {
        byte[] golden = File.ReadAllBytes(GoldenFile);
        for (int at = 0; at < golden.Length; at++)
        {
            byte[] changed = [.. golden];
            changed[at] ^= (byte)(1 << (at % 8));
            Refused(changed);
            Refused(golden[..at]);
        }

        Refused([.. golden, (byte)'\n']);
    }

    [Test]
    public void A_newer_format_is_named() => Assert.That(
        () => StateReference.Decode(Encoding.ASCII.GetBytes("HPCVIRT-VSPHERE 2 what comes then\n"), "set-7/vm1.state"),
        Throws.InstanceOf<HypervisorException>().With.Message.Contains("format 2").And.Message.Contains("set-7/vm1.state"));

    [TestCase("\"vm1\"", "\"\"")]
    [TestCase("\"vm1\"", "null")]
    [TestCase("\"guest\"", "\"guess\"")]
    [TestCase("\"snapshot-7\"", "7")]
    [TestCase("2026-01-31", "2026-13-31")]
    public void What_a_whole_body_says_is_not_believed_without_looking(string known, string instead) =>
        Refused(WithBody(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Body()).Replace(known, instead, StringComparison.Ordinal))));

    [Test]
    public void No_body_makes_the_reader_fail_in_another_way([Range(1, 200)] int seed)
    {
        var random = new Random(seed);
        byte[] body = Body();
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            int at = random.Next(body.Length), to = random.Next(body.Length);
            body = random.Next(3) switch
            {
                0 => [.. body[..at], (byte)random.Next(256), .. body[(at + 1)..]],
                1 => [.. body[..Math.Min(at, to)], .. body[Math.Max(at, to)..], (byte)'}'],
                _ => [.. body[..at], .. body[Math.Min(at, to)..Math.Max(at, to)], .. body[at..]],
            };
        }

        try
        {
            _ = StateReference.Decode(WithBody(body), "fuzzed");
        }
        catch (HypervisorException e)
        {
            Assert.That(e.Message, Does.StartWith("fuzzed: "));
        }
    }

    private static byte[] Body() => Known.Encode()[(Known.Encode().AsSpan().IndexOf((byte)'\n') + 1)..];

    /// <summary>A reference whose length and checksum are right, whatever is in it.</summary>
    private static byte[] WithBody(byte[] body) =>
        [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"HPCVIRT-VSPHERE 1 {body.Length} {Convert.ToHexStringLower(XxHash128.Hash(body))}\n")), .. body];

    private static void Refused(byte[] bytes) => Assert.That(() => StateReference.Decode(bytes, "r"), Throws.InstanceOf<HypervisorException>());
}
