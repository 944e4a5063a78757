using System;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using HpcVirt.Predictor.Engines.Managed;
using HpcVirt.Predictor.ModelFile;
using HpcVirt.Predictor.Tests.Doubles;
using NUnit.Framework;

namespace HpcVirt.Predictor.Tests.ModelFile;

internal sealed class PredictorFileTests
{
    private static readonly byte[] Whole = PredictorFile.Encode(Fleets.Model);

    [Test]
    public void A_model_is_the_same_after_writing_and_reading()
    {
        using var scratch = new Scratch();
        PredictorFile.Save(Fleets.Model, scratch.File("m.hpcm"));
        FailurePredictor read = PredictorFile.Load(scratch.File("m.hpcm"), [new ManagedEngine()]);
        Assert.That(PredictorFile.Encode(read), Is.EqualTo(Whole));
    }

    [Test]
    public void A_model_of_format_1_is_read_for_ever_and_says_the_same()
    {
        string golden = Path.Combine(TestContext.CurrentContext.TestDirectory, "Golden");
        FailurePredictor model = PredictorFile.Load(Path.Combine(golden, "model.v1"), [new ManagedEngine()]);
        string[] lines = File.ReadAllLines(Path.Combine(golden, "model.v1.risks"));
        Assert.That(lines, Has.Length.EqualTo(20));
        foreach (string line in lines)
        {
            double[] numbers = [.. line.Split(' ').Select(static n => double.Parse(n, System.Globalization.CultureInfo.InvariantCulture))];
            float[] row = [.. numbers.SkipLast(1).Select(static n => (float)n)];
            double[] risk = new double[1];
            model.Risks(row, risk);
            Assert.That(risk[0], Is.EqualTo(numbers[^1]).Within(1e-12));
        }
    }

    [Test]
    public void Every_truncation_is_refused()
    {
        for (int length = 0; length < Whole.Length; length += 1 + (length / 200))
            Assert.That(() => Decode(Whole[..length]), Throws.TypeOf<ModelFileException>(), $"{length} of {Whole.Length} bytes");
    }

    [Test]
    public void A_flipped_bit_is_found_or_changes_nothing()
    {
        var random = new Random(5);
        int refused = 0;
        for (int round = 0; round < 1500; round++)
        {
            byte[] flipped = [.. Whole];
            flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                // A zip has bits that mean nothing, such as a time of day: then the model must be the same.
                Assert.That(PredictorFile.Encode(Decode(flipped)), Is.EqualTo(Whole));
            }
            catch (ModelFileException)
            {
                refused++;
            }
        }

        Assert.That(refused, Is.GreaterThan(1300));
    }

    [Test]
    public void Foreign_newer_and_mismatching_files_are_refused_with_a_clear_word()
    {
        Assert.That(() => Decode("not a model"u8.ToArray()), Throws.TypeOf<ModelFileException>().With.Message.Contains("no model file"));
        Assert.That(() => Decode(Packed(("readme.txt", "hello"u8.ToArray()))), Throws.TypeOf<ModelFileException>().With.Message.Contains("without 'manifest.json'"));
        Assert.That(() => Decode(Changed("manifest.json", text => text.Replace("\"formatVersion\": 1", "\"formatVersion\": 9"), seals: true)), Throws.TypeOf<ModelFileException>().With.Message.Contains("version 9"));
        Assert.That(() => Decode(Changed("manifest.json", text => text.Replace("hpcvirt-predictor", "somebody-elses"), seals: true)), Throws.TypeOf<ModelFileException>().With.Message.Contains("somebody-elses"));
        Assert.That(() => Decode(Changed("features.json", text => text.Replace("load", "lead"), seals: true)), Throws.TypeOf<ModelFileException>().With.Message.Contains("schema"));
        Assert.That(() => Decode(Changed("features.json", text => text.Replace("load", "lead"), seals: false)), Throws.TypeOf<ModelFileException>().With.Message.Contains("checksum"));
        Assert.That(() => Decode(Changed("manifest.json", text => text.Replace("\"engine\": \"managed\"", "\"engine\": \"tarot\""), seals: true)), Throws.TypeOf<EngineMissingException>().With.Message.Contains("tarot"));
    }

    [Test]
    public void A_model_of_an_engine_that_is_not_there_is_refused_by_the_engines_name() =>
        Assert.That(() => PredictorFile.Decode(Whole, "m.hpcm", []), Throws.TypeOf<EngineMissingException>().With.Message.Contains("managed"));

    private static FailurePredictor Decode(byte[] bytes) => PredictorFile.Decode(bytes, "m.hpcm", [new ManagedEngine()]);

    private static byte[] Changed(string name, Func<string, string> change, bool seals)
    {
        using var archive = new ZipArchive(new MemoryStream(Whole));
        (string Name, byte[] Bytes)[] entries = [.. archive.Entries.Select(entry =>
        {
            using var content = new MemoryStream();
            using Stream stream = entry.Open();
            stream.CopyTo(content);
            byte[] bytes = content.ToArray();
            return (entry.FullName, entry.FullName == name ? Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(bytes))) : bytes);
        })];
        if (seals)
        {
            string sums = string.Concat(entries.Where(static e => e.Name != "SHA256SUMS").Select(static e => $"{Convert.ToHexStringLower(SHA256.HashData(e.Bytes))}  {e.Name}\n"));
            entries = [.. entries.Where(static e => e.Name != "SHA256SUMS"), ("SHA256SUMS", Encoding.UTF8.GetBytes(sums))];
        }

        return Packed(entries);
    }

    private static byte[] Packed(params (string Name, byte[] Bytes)[] entries)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] bytes) in entries)
            {
                using Stream writer = archive.CreateEntry(name).Open();
                writer.Write(bytes);
            }
        }

        return stream.ToArray();
    }
}
