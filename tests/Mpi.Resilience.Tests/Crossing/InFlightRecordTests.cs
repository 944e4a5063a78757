using System;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using HpcVirt.Checkpoint;
using HpcVirt.Mpi.Resilience.Crossing;
using NUnit.Framework;

namespace HpcVirt.Mpi.Resilience.Tests.Crossing;

/// <summary>The record of what was in flight: docs/formats/in-flight.md.</summary>
[TestFixture]
internal sealed class InFlightRecordTests
{
    private static readonly byte[] Golden = File.ReadAllBytes(Path.Combine(TestContext.CurrentContext.TestDirectory, "Crossing", "in-flight.v1"));

    private static InFlightRecord Sample => new(
        [
            new LiveRequestRecord("halo to the right", LiveRequestKind.Sent, 0, 0, []),
            new LiveRequestRecord("halo from the left", LiveRequestKind.Posted, 0, 0, []),
            new LiveRequestRecord("éclair", LiveRequestKind.Received, 3, 7, MemoryMarshal.AsBytes<double>([1.5, -2.0]).ToArray()),
        ],
        [
            new CapturedRecord(0x9E3779B97F4A7C15, 1, 20, MemoryMarshal.AsBytes<int>([1, 2, 3]).ToArray()),
            new CapturedRecord(0x9E3779B97F4A7C15, 2, 0, []),
            new CapturedRecord(0x0123456789ABCDEF, 0, 32767, [.. Enumerable.Range(0, 256).Select(value => (byte)value)]),
        ]);

    [Test]
    public void The_bytes_are_those_of_the_page() => Assert.That(Sample.Encode(), Is.EqualTo(Golden));

    [Test]
    public void What_was_written_is_read_again()
    {
        InFlightRecord read = InFlightRecord.Decode(Golden, "in-flight.v1");
        Assert.That(read.Encode(), Is.EqualTo(Golden));
        Assert.That(read.Requests.Select(request => (request.Name, request.Kind)), Is.EqualTo(Sample.Requests.Select(request => (request.Name, request.Kind))));
        Assert.That(read.Messages.Select(message => (message.Communicator, message.Source, message.Tag)),
            Is.EqualTo(Sample.Messages.Select(message => (message.Communicator, message.Source, message.Tag))));
    }

    [Test]
    public void Nothing_in_flight_is_a_record_too() =>
        Assert.That(InFlightRecord.Decode(new InFlightRecord([], []).Encode(), "none").Messages, Is.Empty);

    [Test]
    public void Every_flipped_bit_is_found()
    {
        for (int bit = 0; bit < Golden.Length * 8; bit++)
        {
            byte[] flipped = [.. Golden];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<CheckpointFormatException>(() => InFlightRecord.Decode(flipped, "flipped"), $"bit {bit}");
        }
    }

    [Test]
    public void Every_truncation_is_found()
    {
        for (int length = 0; length < Golden.Length; length++)
            Assert.Throws<CheckpointFormatException>(() => InFlightRecord.Decode(Golden[..length], "cut"), $"{length} bytes");
    }

    [Test]
    public void Numbers_that_lie_are_refused_before_anything_is_allocated_for_them()
    {
        var random = new Random(20261124);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] mutated = [.. Golden];
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                int at = random.Next(8, mutated.Length - 8) & ~3;
                MemoryMarshal.Write(mutated.AsSpan(at), random.Next(4) switch { 0 => int.MaxValue, 1 => -1, 2 => random.Next(), _ => random.Next(300) });
            }

            // With a right checksum, so that the fields themselves are judged.
            Seal(mutated);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                _ = InFlightRecord.Decode(mutated, "mutated");
            }
            catch (CheckpointFormatException)
            {
            }

            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(64 * 1024), $"round {round}");
        }
    }

    private static void Seal(byte[] bytes) =>
        MemoryMarshal.Write(bytes.AsSpan(bytes.Length - 4), HpcVirt.Checkpoint.Formats.Crc32C.Of(bytes.AsSpan(0, bytes.Length - 4)));
}
