using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Text;
using HpcVirt.Predictor.Data;
using HpcVirt.Predictor.Tests.Doubles;
using NUnit.Framework;

namespace HpcVirt.Predictor.Tests.Data;

internal sealed class ReadingTests
{
    private const string Wide = """
        time,node,temp,fan
        2015-01-01T02:00:00Z,b,3,
        2015-01-01T01:00:00Z,a,1,100
        2015-01-01T03:00:00Z,a,2,oops
        2015-01-01T01:00:00Z,a,1,100
        never,a,2,100
        2015-01-01T03:00:00Z,a
        2015-01-01T02:00:00Z,,2,100
        2015-01-01T03:00:00Z,a,5,

        """;

    [Test]
    public void Rows_come_in_the_order_of_time_and_troubles_are_counted_with_their_lines()
    {
        using var scratch = new Scratch();
        scratch.Write("readings.csv", Wide);
        using var dataset = HealthDataset.Open(scratch.Path, new DatasetOptions());

        string[] rows = Rows(dataset);

        Assert.That(rows, Is.EqualTo(new[] { "01 a 1 100", "02 b 3 NaN", "03 a 5 NaN" }), "a later row of the same time wins, and an empty field is missing, not zero");
        IngestReport report = dataset.Reports.Single(r => r.File.EndsWith("readings.csv", StringComparison.Ordinal));
        Assert.That(report.Rows, Is.EqualTo(8));
        Assert.That(report.Counts, Is.EquivalentTo(new Dictionary<RowProblem, long>
        {
            [RowProblem.BadTime] = 1,
            [RowProblem.BadNumber] = 1,
            [RowProblem.Malformed] = 1,
            [RowProblem.MissingNode] = 1,
            [RowProblem.Unordered] = 1,
            [RowProblem.Duplicate] = 1,
            [RowProblem.Conflicting] = 1,
        }));
        Assert.That(report.LinesOf(RowProblem.BadNumber), Is.EqualTo(new long[] { 4 }));
        Assert.That(report.LinesOf(RowProblem.BadTime), Is.EqualTo(new long[] { 6 }));
        Assert.That(report.LinesOf(RowProblem.Malformed), Is.EqualTo(new long[] { 7 }));
    }

    [Test]
    public void Strict_reading_ends_at_the_first_bad_row_and_names_its_line()
    {
        using var scratch = new Scratch();
        scratch.Write("readings.csv", Wide);
        using var dataset = HealthDataset.Open(scratch.Path, new DatasetOptions { IsStrict = true });
        Assert.That(() => Rows(dataset), Throws.TypeOf<HealthDataException>().With.Property("Line").EqualTo(4));
    }

    [Test]
    public void The_long_form_says_nothing_of_what_it_does_not_name()
    {
        using var scratch = new Scratch();
        scratch.Write("readings.csv", "time,node,sensor,value\n60,a,temp,1\n60,a,fan,100\n120,a,temp,2\n");
        using var dataset = HealthDataset.Open(scratch.Path, new DatasetOptions());
        Assert.That(Rows(dataset), Is.EqualTo(new[] { "00 a 100 1", "00 a NaN 2" }), "sensors by name: fan, temp");
        Assert.That(dataset.IsSparse, Is.True);
    }

    [Test]
    public void A_sort_that_does_not_fit_memory_gives_the_same_rows()
    {
        using var scratch = new Scratch();
        var random = new Random(11);
        var text = new StringBuilder("time,node,x,y\n");
        for (int i = 0; i < 20_000; i++) text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{random.Next(100_000)},n{random.Next(50)},{random.Next(1000)},{random.NextDouble():R}\n");
        using (var file = new GZipStream(File.Create(scratch.File("readings.csv.gz")), CompressionLevel.Fastest)) file.Write(Encoding.UTF8.GetBytes(text.ToString()));

        using var whole = HealthDataset.Open(scratch.Path, new DatasetOptions());
        using var pieces = HealthDataset.Open(scratch.Path, new DatasetOptions { SortValuesMax = 1024, Scratch = scratch.Path });
        string[] expected = Rows(whole);

        Assert.That(Rows(pieces), Is.EqualTo(expected));
        Assert.That(Rows(pieces), Is.EqualTo(expected), "a second pass gives the same again");
        Assert.That(Directory.GetFiles(scratch.Path), Has.Length.EqualTo(1), "temporary files have no name that could be left behind");
    }

    [TestCase("0.1")]
    [TestCase("123456.789")]
    [TestCase("-17")]
    [TestCase("99999999999999")]
    [TestCase("0.30000000000000004")]
    [TestCase("1e-7")]
    public void A_number_is_read_to_the_last_bit(string text)
    {
        using var scratch = new Scratch();
        scratch.Write("readings.csv", $"time,node,x\n60,a,{text}\n");
        using var dataset = HealthDataset.Open(scratch.Path, new DatasetOptions());
        Assert.That(dataset.Readings().Select(static r => r.Values[0]).Single(), Is.EqualTo(double.Parse(text, System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Test]
    public void A_truncated_gzip_file_is_refused_by_name()
    {
        using var scratch = new Scratch();
        using (var file = new GZipStream(File.Create(scratch.File("readings.csv.gz")), CompressionLevel.Fastest))
            file.Write(Encoding.UTF8.GetBytes("time,node,x\n" + string.Concat(Enumerable.Range(0, 50_000).Select(static i => $"{i},a,{i * 7919 % 1009}\n"))));
        byte[] bytes = File.ReadAllBytes(scratch.File("readings.csv.gz"));
        bytes.AsSpan(bytes.Length / 2, 64).Fill(0xff);
        File.WriteAllBytes(scratch.File("readings.csv.gz"), bytes);
        Assert.That(() =>
        {
            using var dataset = HealthDataset.Open(scratch.Path, new DatasetOptions());
            return Rows(dataset);
        }, Throws.TypeOf<HealthDataException>().With.Message.Contains("readings.csv.gz"));
    }

    [Test]
    public void A_folder_without_health_data_is_refused_with_what_to_do()
    {
        using var scratch = new Scratch();
        Assert.That(() => HealthDataset.Open(scratch.Path, new DatasetOptions()), Throws.TypeOf<HealthDataException>().With.Message.Contains("readings.csv"));
        Assert.That(() => HealthDataset.Open(scratch.File("nowhere"), new DatasetOptions()), Throws.TypeOf<HealthDataException>().With.Message.Contains("no such folder"));
    }

    private static string[] Rows(HealthDataset dataset) =>
        [.. dataset.Readings().Select(r => $"{r.TimeS / 3600 % 24:00} {dataset.NodeNames[r.Node]} {string.Join(' ', r.Values.Select(static v => v.ToString(System.Globalization.CultureInfo.InvariantCulture)))}")];
}
