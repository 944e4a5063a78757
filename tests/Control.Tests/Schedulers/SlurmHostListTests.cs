using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Control.Schedulers;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Schedulers;

[TestFixture]
public sealed class SlurmHostListTests
{
    [TestCase("a", "a")]
    [TestCase("a,b", "a b")]
    [TestCase("node[01-03,7]", "node01 node02 node03 node7")]
    [TestCase("n[8-11]", "n8 n9 n10 n11")]
    [TestCase("n[098-101]-ib", "n098-ib n099-ib n100-ib n101-ib")]
    [TestCase("login.x,rack[1-2]n[0-1],z", "login.x rack1n0 rack1n1 rack2n0 rack2n1 z")]
    [TestCase("[0-1]", "0 1")]
    public void The_short_form_stands_for_names_one_by_one(string text, string expected) =>
        Assert.That(string.Join(' ', SlurmHostList.Expand(text)), Is.EqualTo(expected));

    [TestCase("", "a name is empty")]
    [TestCase("a,", "a name is empty")]
    [TestCase("a,,b", "a name is empty")]
    [TestCase("a[1", "not closed")]
    [TestCase("a]", "is no part of a host's name")]
    [TestCase("a[]", "is no number")]
    [TestCase("a[1,]", "is no number")]
    [TestCase("a[3-1]", "runs backwards")]
    [TestCase("a[1-2-3]", "is no range")]
    [TestCase("a[x]", "is no number")]
    [TestCase("a[[1]]", "is no number")]
    [TestCase("a b", "is no part of a host's name")]
    [TestCase("-oProxyCommand=x", "is no part of a host's name")]
    [TestCase("-a", "begins with '-'")]
    [TestCase("a[0-999999999]", "more than 65536 hosts")]
    [TestCase("a[0-255][0-256]", "more than 65536 hosts")]
    [TestCase("a[0-65535],b", "more than 65536 hosts")]
    [TestCase("a[0000000000-1]", "is no number of at most 9 digits")]
    public void What_is_no_list_is_refused_with_the_reason(string text, string reason) =>
        Assert.That(
            () => SlurmHostList.Expand(text),
            Throws.TypeOf<ControlException>().With.Property("ExitCode").EqualTo(ExitCode.Usage).And.Message.Contains(reason).And.Message.Contains("--hosts"));

    [Test]
    public void A_long_piece_times_many_hosts_does_not_fill_the_memory() =>
        Assert.That(() => SlurmHostList.Expand("n[0-65535]" + new string('x', 100_000)), Throws.TypeOf<ControlException>().With.Message.Contains("longer than 255"));

    /// <summary>The test's own writer of the short form, and so a second opinion on what it means.</summary>
    [Test]
    public void What_was_shortened_expands_to_what_it_was()
    {
        for (int seed = 0; seed < 3000; seed++)
        {
            var random = new Random(seed);
            var names = new List<string>();
            var entries = new List<string>();
            for (int entry = random.Next(1, 5); entry > 0; entry--)
            {
                List<string> of = [""];
                string text = "";
                for (int part = random.Next(1, 5); part > 0; part--)
                {
                    (string written, string[] pieces) = random.Next(2) == 0 ? Literal(random) : Bracket(random);
                    text += written;
                    of = [.. of.SelectMany(_ => pieces, static (name, piece) => name + piece)];
                }

                names.AddRange(of);
                entries.Add(text);
            }

            Assert.That(SlurmHostList.Expand(string.Join(',', entries)), Is.EqualTo(names), $"seed {seed}: {string.Join(',', entries)}");
        }
    }

    [Test]
    public void Any_text_is_read_or_refused()
    {
        const string alphabet = "ab019-_.,[][]()x:*\0é ";
        for (int seed = 0; seed < 50_000; seed++)
        {
            var random = new Random(seed);
            string text = new([.. Enumerable.Range(0, random.Next(24)).Select(_ => alphabet[random.Next(alphabet.Length)])]);
            try
            {
                IReadOnlyList<string> hosts = SlurmHostList.Expand(text);
                Assert.That(hosts, Has.Count.InRange(1, SlurmHostList.HostsMax).And.None.Empty.And.None.StartsWith("-"), $"seed {seed}: {text}");
                Assert.That(hosts.All(static host => host.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')), Is.True, $"seed {seed}: {text}");
            }
            catch (ControlException refused)
            {
                Assert.That(refused.ExitCode, Is.EqualTo(ExitCode.Usage), $"seed {seed}: {text}");
            }
        }
    }

    private static (string Text, string[] Pieces) Literal(Random random)
    {
        string text = new([.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => "abcxyz_."[random.Next(8)])]);
        return (text, [text]);
    }

    private static (string Text, string[] Pieces) Bracket(Random random)
    {
        var pieces = new List<string>();
        var ranges = new List<string>();
        for (int range = random.Next(1, 4); range > 0; range--)
        {
            int low = random.Next(0, 120);
            int high = low + random.Next(0, 4);
            int width = random.Next(1, 5);
            string first = low.ToString(System.Globalization.CultureInfo.InvariantCulture).PadLeft(width, '0');
            ranges.Add(high == low && random.Next(2) == 0 ? first : $"{first}-{high}");
            for (int number = low; number <= high; number++) pieces.Add(number.ToString(System.Globalization.CultureInfo.InvariantCulture).PadLeft(first.Length, '0'));
        }

        return ($"[{string.Join(',', ranges)}]", [.. pieces]);
    }
}
