using System;
using System.IO;
using MPI;
using NUnit.Framework;

namespace HpcVirt.Mpi.Tests.Serialization;

/// <summary>The layout of serialized messages, byte by byte; what they carry is shown by the rank cases.</summary>
[TestFixture]
internal sealed class ObjectSerializerTests
{
    [Test]
    public void Null_is_a_header() => Assert.That(Written<string?>(null), Is.EqualTo("D5560100"));

    [Test]
    public void A_string_is_its_length_and_its_chars() => Assert.That(Written("Aé"), Is.EqualTo("D5560101" + "02000000" + "4100E900"));

    [Test]
    public void An_array_of_numbers_is_its_length_and_their_bytes() =>
        Assert.That(Written(new[] { 1, -1 }), Is.EqualTo("D5560103" + "02000000" + "01000000" + "FFFFFFFF"));

    [Test]
    public void A_grid_is_its_lengths_and_its_rows() =>
        Assert.That(Written(new byte[,] { { 1, 2 }, { 3, 4 } }), Is.EqualTo("D5560105" + "02000000" + "02000000" + "01020304"));

    [Test]
    public void Strings_in_an_array_have_lengths_of_their_own() =>
        Assert.That(Written<string?[]>(["A", null]), Is.EqualTo("D5560107" + "02000000" + "01000000" + "4100" + "FFFFFFFF"));

    [Test]
    public void A_type_that_the_receiver_cannot_know_is_named()
    {
        string written = Written<object>("A");
        Assert.That(written, Does.StartWith("D5560181"));
        Assert.That(written, Does.EndWith("01000000" + "4100"));
    }

    [Test]
    public void A_graph_is_marked_as_one_and_comes_back()
    {
        using var stream = new MemoryStream();
        ObjectSerializer.Default.Serialize(stream, new Version(1, 2));
        Assert.That(Convert.ToHexString(stream.ToArray()), Does.StartWith("D5560106"));
        stream.Position = 0;
        Assert.That(ObjectSerializer.Default.Deserialize<Version>(stream), Is.EqualTo(new Version(1, 2)));
    }

    private static string Written<T>(T value)
    {
        using var stream = new MemoryStream();
        ObjectSerializer.Default.Serialize(stream, value);
        return Convert.ToHexString(stream.ToArray());
    }
}
