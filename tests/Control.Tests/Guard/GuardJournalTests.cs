using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using HpcVirt.Control.Guard.Journal;
using HpcVirt.Control.Guard.Protocol;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Guard;

/// <summary>The journal: the bytes on file, and that nothing but those is believed.</summary>
[TestFixture]
[CancelAfter(120_000)]
internal sealed class GuardJournalTests
{
    private static readonly GuardRecord[] Known =
    [
        new CaseOpened(1_700_000_000, 1, "a", "n0001", 0.6125, 1_700_086_400, ["fan0 fell by 40 % in 6h", "12 corrected errors"]),
        new SaveBegun(1_700_000_000, 1, 1),
        new SaveEnded(1_700_000_000, 1, true, 1250, "set 3 of 2 guests"),
        new MoveBegun(1_700_000_000, 1, 2, "vm1", "a", "b", true),
        new MoveEnded(1_700_000_000, 2, MoveEnding.Failed, 0, 0, 0, "b refuses: \"no\"\nroom"),
        new MoveBegun(1_700_000_000, 1, 3, "vm1", "a", "c", true),
        new MoveEnded(1_700_000_000, 3, MoveEnding.Arrived, 612, 170, 124_780_544, ""),
        new GuestLeft(1_700_000_000, 1, "vm2", false, "it is never to be moved"),
        new CaseActed(1_700_000_000, 1),
        new FailureSeen(1_700_003_600, 1, "a", "disk"),
        new CaseClosed(1_700_003_600, 1, CaseOutcome.HostFailed),
        new FailureSeen(1_700_007_200, 0, "d", "memory"),
        new VerdictGiven(1_700_010_800, 1, true, "anna"),
    ];

    private static string GoldenFile => Path.Combine(TestContext.CurrentContext.TestDirectory, "Golden", "guard-journal.v1");

    private static byte[] Bytes => [.. Known.Index().SelectMany(static one => GuardJournalFormat.Encode(one.Index + 1, one.Item))];

    [Test]
    public void The_bytes_are_those_on_file_and_are_read_back()
    {
        if (Environment.GetEnvironmentVariable("HPCVIRT_WRITE_GOLDEN") is { } folder) File.WriteAllBytes(Path.Combine(folder, "guard-journal.v1"), Bytes);
        byte[] golden = File.ReadAllBytes(GoldenFile);
        Assert.That(Bytes, Is.EqualTo(golden), "the format has changed; if it was meant to, give it a new number and keep the old file");
        (IReadOnlyList<GuardRecord> read, long whole) = GuardJournalFormat.Decode(golden, "golden");
        Assert.That(whole, Is.EqualTo(golden.Length));
        Assert.That(read.Select(static one => one.ToString()), Is.EqualTo(Known.Select(static one => one.ToString())));
        Assert.That(((CaseOpened)read[0]).Reasons, Is.EqualTo(((CaseOpened)Known[0]).Reasons));
        GuardState state = read.Aggregate(new GuardState(new PolicyOptions()), static (sum, record) => sum.With(record));
        Assert.That(state.Closed.Single(), Is.EqualTo(new ClosedCase(1, "a", 1_700_000_000, 1_700_003_600, CaseOutcome.FoundFaulty, 1)));
        Assert.That(state.Missed, Is.EqualTo(1));
    }

    [Test]
    public void A_journal_that_ends_anywhere_is_read_up_to_the_last_whole_line()
    {
        byte[] all = Bytes;
        for (int length = 0; length <= all.Length; length++)
        {
            (IReadOnlyList<GuardRecord> read, long whole) = GuardJournalFormat.Decode(all.AsSpan(0, length), "cut");
            Assert.That(read, Has.Count.EqualTo(all.Take(length).Count(static one => one == '\n')));
            Assert.That(whole, Is.LessThanOrEqualTo(length));
        }
    }

    [Test]
    public void Any_changed_byte_of_a_whole_line_is_refused_by_the_number_of_its_record()
    {
        byte[] all = Bytes;
        for (int at = 0; at < all.Length - 1; at++)
        {
            // The last line, its line end changed, is one that was being written.
            if (all[at] == '\n') continue;
            byte[] changed = [.. all];
            changed[at] ^= (byte)(1 << (at % 7));
            int record = all.Take(at).Count(static one => one == '\n') + 1;
            Assert.That(() => GuardJournalFormat.Decode(changed, "j"), Throws.InstanceOf<ControlException>().With.Message.StartsWith($"j: record {record} is damaged"), $"byte {at}");
        }
    }

    [Test]
    public void A_line_that_is_missing_twice_or_out_of_order_is_refused()
    {
        byte[][] lines = [.. Known.Index().Select(static one => GuardJournalFormat.Encode(one.Index + 1, one.Item))];
        foreach (byte[][] wrong in (byte[][][])[[lines[0], lines[2]], [lines[0], lines[0]], [lines[1]], [lines[1], lines[0]]])
            Assert.That(() => GuardJournalFormat.Decode([.. wrong.SelectMany(static line => line)], "j"), Throws.InstanceOf<ControlException>().With.Message.Contains("records are missing"));
    }

    [Test]
    public void A_newer_version_is_named() =>
        Assert.That(() => GuardJournalFormat.Decode(Encoding.ASCII.GetBytes("HVGUARD 2 1 2 0000000000000000 {}\n"), "j"), Throws.InstanceOf<ControlException>().With.Message.Contains("version 2"));

    [Test]
    public void Nothing_makes_the_reader_fail_in_another_way([Range(1, 300)] int seed)
    {
        var random = new Random(seed);
        byte[] bytes = Bytes;
        for (int changes = random.Next(1, 5); changes > 0; changes--)
        {
            int at = random.Next(bytes.Length), to = random.Next(bytes.Length);
            bytes = random.Next(4) switch
            {
                0 => [.. bytes[..at], (byte)random.Next(256), .. bytes[(at + 1)..]],
                1 => [.. bytes[..Math.Min(at, to)], .. bytes[Math.Max(at, to)..], (byte)'\n'],
                2 => bytes[..Math.Max(1, at)],
                _ => [.. bytes[..at], .. bytes[Math.Min(at, to)..Math.Max(at, to)], .. bytes[at..]],
            };
        }

        Refused(() => GuardJournalFormat.Decode(bytes, "j"));
    }

    /// <summary>Bodies whose length and checksum are right, whatever is in them: they are read, or refused, and their sum is a state or refused.</summary>
    [Test]
    public void No_body_makes_the_reader_or_the_sum_fail_in_another_way([Range(1, 300)] int seed)
    {
        var random = new Random(seed);
        var lines = new List<byte>();
        int count = random.Next(1, 12);
        for (int i = 1; i <= count; i++)
        {
            GuardRecord record = Known[random.Next(Known.Length)];
            byte[] line = GuardJournalFormat.Encode(i, record);
            string body = Encoding.UTF8.GetString(line).Split(' ', 6)[5].TrimEnd('\n');
            if (random.Next(3) == 0)
            {
                int at = random.Next(body.Length);
                body = random.Next(3) switch
                {
                    0 => body[..at] + (char)random.Next(32, 127) + body[(at + 1)..],
                    1 => body.Replace("1700000000", random.Next(2) == 0 ? "-9223372036854775808" : "9223372036854775807", StringComparison.Ordinal),
                    _ => body[..at] + body[Math.Min(body.Length, at + random.Next(8))..],
                };
            }

            lines.AddRange(Line(i, body));
        }

        Refused(() =>
        {
            string folder = Directory.CreateTempSubdirectory("hpcvirt-guard-").FullName;
            try
            {
                string file = Path.Combine(folder, "journal");
                File.WriteAllBytes(file, [.. lines]);
                _ = GuardJournal.Read(file, new PolicyOptions());
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        });
    }

    private static void Refused(Action reading)
    {
        try
        {
            reading();
        }
        catch (ControlException e)
        {
            Assert.That(e.ExitCode, Is.EqualTo(ExitCode.BadInput));
        }
    }

    private static byte[] Line(long number, string body)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(body);
        byte[] checksummed = [.. Encoding.ASCII.GetBytes($"{number} "), .. bytes];
        return [.. Encoding.ASCII.GetBytes($"HVGUARD 1 {number} {bytes.Length} {Convert.ToHexStringLower(System.IO.Hashing.XxHash3.Hash(checksummed))} "), .. bytes, (byte)'\n'];
    }
}
