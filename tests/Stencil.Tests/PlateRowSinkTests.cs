using System;
using System.Buffers.Binary;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using BigGustave;
using NUnit.Framework;

namespace HpcVirt.Samples.Stencil.Tests;

public sealed class PlateRowSinkTests
{
    private static readonly double[][] Rows = [[0, 12.5, 100], [double.Epsilon, -0.0, 1e300]];

    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("stencil-tests-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void A_result_file_holds_every_double_in_order_least_significant_byte_first()
    {
        string path = Path.Combine(_folder, "plate");
        using (var sink = new ResultFile(path))
            Fill(sink);

        byte[] bytes = File.ReadAllBytes(path);
        long[] read = [.. Enumerable.Range(0, bytes.Length / 8).Select(index => BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8 * index)))];
        Assert.That(read, Is.EqualTo(Rows.SelectMany(row => row).Select(BitConverter.DoubleToInt64Bits)));
        Assert.That(Directory.GetFiles(_folder), Has.Length.EqualTo(1));
    }

    [Test]
    public void A_result_that_is_not_completed_leaves_the_older_one_and_nothing_else()
    {
        string path = Path.Combine(_folder, "plate");
        File.WriteAllText(path, "older");

        using (var sink = new ResultFile(path))
            sink.Add(Rows[0]);

        Assert.That(File.ReadAllText(path), Is.EqualTo("older"));
        Assert.That(Directory.GetFiles(_folder), Has.Length.EqualTo(1));
    }

    [Test]
    public void A_completed_result_replaces_the_older_one_and_the_rest_of_a_killed_attempt()
    {
        string path = Path.Combine(_folder, "plate");
        File.WriteAllText(path, new string('x', 1000));
        File.WriteAllText($"{path}.part", "left behind by an attempt that was killed");

        using (var sink = new ResultFile(path))
            Fill(sink);

        Assert.That(new FileInfo(path).Length, Is.EqualTo(6 * sizeof(double)));
        Assert.That(Directory.GetFiles(_folder), Has.Length.EqualTo(1));
    }

    [Test]
    public void A_missing_folder_is_noticed_before_the_first_row()
    {
        string path = Path.Combine(_folder, "missing", "plate");

        Assert.That(() => new ResultFile(path), Throws.InstanceOf<DirectoryNotFoundException>());
        Assert.That(() => new PlateImage(path, 3, 3), Throws.InstanceOf<DirectoryNotFoundException>());
        Assert.That(() => new ResultFile(_folder), Throws.InstanceOf<IOException>().With.Message.Contains("is a folder"));
    }

    [Test]
    public void The_checksum_is_the_one_of_the_result_file()
    {
        string path = Path.Combine(_folder, "plate");
        var output = new StringWriter();
        using (var file = new ResultFile(path))
        using (var checksum = new PlateChecksum(output))
        {
            Fill(file);
            Fill(checksum);
        }

        Assert.That(output.ToString().Trim(), Is.EqualTo($"checksum {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))}"));
    }

    [Test]
    public void A_small_plate_is_enlarged_by_whole_cells_in_the_colors_of_its_heat()
    {
        string path = Path.Combine(_folder, "plate.png");
        using (var sink = new PlateImage(path, Rows.Length, Rows[0].Length))
            Fill(sink);

        Png png = Png.Open(path);
        (int width, int height) = PlateImage.PixelsOf(2, 3);
        Assert.That((png.Width, png.Height), Is.EqualTo((width, height)));
        Assert.That((width, height), Is.EqualTo((1023, 682)));
        Assert.That(ColorAt(png, 0, 0), Is.EqualTo(HeatColorMap.At(0)));
        Assert.That(ColorAt(png, 341, 340), Is.EqualTo(HeatColorMap.At(0.125)));
        Assert.That(ColorAt(png, 1022, 0), Is.EqualTo(HeatColorMap.At(1)));
        Assert.That(ColorAt(png, 682, 681), Is.EqualTo(HeatColorMap.At(1)));
        Assert.That(ColorAt(png, 681, 681), Is.EqualTo(HeatColorMap.At(0)));
    }

    [Test]
    public void A_large_plate_is_sampled_down_to_a_bounded_picture()
    {
        string path = Path.Combine(_folder, "plate.png");
        using (var sink = new PlateImage(path, 3000, 2))
        {
            for (int row = 0; row < 3000; row++)
                sink.Add([row / 30.0, 0]);
            sink.Complete();
        }

        Png png = Png.Open(path);
        Assert.That((png.Width, png.Height), Is.EqualTo((1, 1024)));
        Assert.That(ColorAt(png, 0, 0), Is.EqualTo(HeatColorMap.At(0)));
        Assert.That(ColorAt(png, 0, 1023), Is.EqualTo(HeatColorMap.At(2997 / 3000.0)));
    }

    private static void Fill(IPlateRowSink sink)
    {
        foreach (double[] row in Rows)
            sink.Add(row);
        sink.Complete();
    }

    private static RgbColor ColorAt(Png png, int x, int y)
    {
        Pixel pixel = png.GetPixel(x, y);
        return new RgbColor(pixel.R, pixel.G, pixel.B);
    }
}
