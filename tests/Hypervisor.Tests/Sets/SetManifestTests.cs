using System;
using System.Globalization;
using System.IO;
using System.IO.Hashing;
using System.Linq;
using System.Text;
using NUnit.Framework;

namespace HpcVirt.Hypervisor.Tests.Sets;

/// <summary>The manifest of a set: the bytes on file, and that nothing but those is believed.</summary>
[TestFixture]
[CancelAfter(60_000)]
public sealed class SetManifestTests
{
    private static readonly SetManifest Known = new()
    {
        Number = 7,
        WrittenAt = new DateTimeOffset(2026, 1, 31, 18, 0, 0, TimeSpan.Zero),
        Backend = "qemu",
        Compression = StateCompression.Lz4,
        Silence = SetSilence.Held,
        ReleasedAtMicroseconds = 300_000,
        Guests =
        [
            new SetGuest("vm1", "a", "vm1.state", 123_456, "00112233445566778899aabbccddeeff", true, 4_000, 10_000, 250_000),
            new SetGuest("vm2", "b", "vm2.state", 654_321, "ffeeddccbbaa99887766554433221100", false, 9_000, 10_500, 300_000),
        ],
    };

    private static readonly SetManifest WithDisks = Known with
    {
        Guests =
        [
            Known.Guests[0] with
            {
                Disks =
                [
                    new SetDisk("/disks/vm1.raw", "raw", "vm1.0.disk", 16_777_216, "0123456789abcdef0123456789abcdef"),
                    new SetDisk("/disks/vm1.scratch.qcow2", "qcow2", "vm1.1.disk", 200_704, "fedcba9876543210fedcba9876543210"),
                ],
            },
            Known.Guests[1],
        ],
    };

    private static string GoldenFileWithDisks => GoldenFile.Replace(".v1", ".v2", StringComparison.Ordinal);

    private static string GoldenFile => Path.Combine(TestContext.CurrentContext.TestDirectory, "Golden", "guest-set.v1");

    [Test]
    public void The_bytes_are_those_on_file_and_are_read_back()
    {
        if (Environment.GetEnvironmentVariable("HPCVIRT_WRITE_GOLDEN") is { } folder) File.WriteAllBytes(Path.Combine(folder, "guest-set.v1"), Known.Encode());
        byte[] golden = File.ReadAllBytes(GoldenFile);
        Assert.That(Known.Encode(), Is.EqualTo(golden), "the format has changed; if it was meant to, give it a new number and keep the old file");
        SetManifest read = SetManifest.Decode(golden, "golden");
        Assert.That(read with { Guests = Known.Guests }, Is.EqualTo(Known));
        Assert.That(read.Guests, Is.EqualTo(Known.Guests));
    }

    [Test]
    public void With_disks_it_is_format_2_which_older_programs_refuse()
    {
        if (Environment.GetEnvironmentVariable("HPCVIRT_WRITE_GOLDEN") is { } folder) File.WriteAllBytes(Path.Combine(folder, "guest-set.v2"), WithDisks.Encode());
        byte[] golden = File.ReadAllBytes(GoldenFileWithDisks);
        Assert.That(WithDisks.Encode(), Is.EqualTo(golden), "the format has changed; if it was meant to, give it a new number and keep the old file");
        Assert.That(golden.AsSpan().StartsWith("HPCVIRT-GUESTS 2 "u8), Is.True);
        SetManifest read = SetManifest.Decode(golden, "golden");
        Assert.That(read.Guests.Select(static guest => guest.Disks), Is.EqualTo(WithDisks.Guests.Select(static guest => guest.Disks)));
        for (int at = 0; at < golden.Length; at++)
        {
            byte[] changed = [.. golden];
            changed[at] ^= (byte)(1 << (at % 8));
            Refused(changed);
        }
    }

    [TestCase("/disks/vm1.raw", "disks/vm1.raw")]
    [TestCase("/disks/vm1.raw", "/disks/../etc/passwd")]
    [TestCase("/disks/vm1.raw", "/disks/vm1.scratch.qcow2")]
    [TestCase("/disks/vm1.raw", "/")]
    [TestCase("vm1.0.disk", "vm1.1.disk")]
    [TestCase("vm1.0.disk", "vm2.state")]
    [TestCase("vm1.0.disk", "../vm1.0.disk")]
    [TestCase("0123456789abcdef0123456789abcdef", "0123")]
    [TestCase("\"disks\"", "\"discs\"")]
    public void Disks_are_not_believed_without_looking(string known, string instead) => Refused(WithBody(Encoding.UTF8.GetBytes(Body(WithDisks).Replace(known, instead, StringComparison.Ordinal)), format: 2));

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
    public void A_newer_format_is_named()
    {
        byte[] newer = Encoding.ASCII.GetBytes("HPCVIRT-GUESTS 3 what comes then\n");
        Assert.That(() => SetManifest.Decode(newer, "set-7/manifest"), Throws.InstanceOf<GuestSetException>().With.Message.Contains("format 3").And.Message.Contains("set-7/manifest"));
    }

    [Test]
    public void Guests_that_did_not_stand_still_together_are_refused_though_every_byte_is_right()
    {
        SetManifest early = Known with { Guests = [Known.Guests[0] with { SaveFromMicroseconds = 8_000 }, Known.Guests[1]] };
        SetManifest late = Known with { ReleasedAtMicroseconds = 260_000 };
        Assert.That(() => SetManifest.Decode(early.Encode(), "m"), Throws.InstanceOf<GuestSetException>().With.Message.Contains("guest vm1 was saved before all guests stood still"));
        Assert.That(() => SetManifest.Decode(late.Encode(), "m"), Throws.InstanceOf<GuestSetException>().With.Message.Contains("before guest vm2 was saved"));
        Assert.That(SetManifest.Decode((late with { Silence = SetSilence.Quiesced }).Encode(), "m").Silence, Is.EqualTo(SetSilence.Quiesced), "a silent job may be saved in any order");
    }

    [TestCase("vm1.state", "../vm1.state")]
    [TestCase("\"vm2\"", "\"vm1\"")]
    [TestCase("\"held\"", "\"hoped\"")]
    [TestCase("\"lz4\"", "\"rot13\"")]
    [TestCase("123456", "-1")]
    [TestCase("123456", "1e99")]
    [TestCase("\"wasRunning\": true", "\"wasRunning\": 1")]
    [TestCase("\"number\": 7", "\"number\": \"7\"")]
    [TestCase("2026-01-31", "2026-13-31")]
    [TestCase("\"backend\"", "\"frontend\"")]
    public void What_a_whole_body_says_is_not_believed_without_looking(string known, string instead)
    {
        Refused(WithBody(Body().Replace(known, instead, StringComparison.Ordinal)));
    }

    [Test]
    public void No_body_makes_the_reader_fail_in_another_way([Range(1, 200)] int seed)
    {
        var random = new Random(seed);
        bool hasDisks = seed % 2 == 0;
        byte[] body = Encoding.UTF8.GetBytes(Body(hasDisks ? WithDisks : Known));
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
            _ = SetManifest.Decode(WithBody(body, hasDisks ? 2 : 1), "fuzzed");
        }
        catch (GuestSetException e)
        {
            Assert.That(e.Message, Does.StartWith("fuzzed: "));
        }
    }

    private static string Body(SetManifest? of = null)
    {
        byte[] bytes = (of ?? Known).Encode();
        return Encoding.UTF8.GetString(bytes.AsSpan(bytes.AsSpan().IndexOf((byte)'\n') + 1));
    }

    private static byte[] WithBody(string body) => WithBody(Encoding.UTF8.GetBytes(body));

    /// <summary>A manifest whose length and checksum are right, whatever is in it.</summary>
    private static byte[] WithBody(byte[] body, int format = 1) =>
        [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"HPCVIRT-GUESTS {format} {body.Length} {Convert.ToHexStringLower(XxHash128.Hash(body))}\n")), .. body];

    private static void Refused(byte[] bytes) => Assert.That(() => SetManifest.Decode(bytes, "m"), Throws.InstanceOf<GuestSetException>());
}
