using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using HpcVirt.Mpi.Resilience.Channel;
using NUnit.Framework;

namespace HpcVirt.Mpi.Resilience.Tests.Channel;

/// <summary>The bytes of the wire format, against the golden file and against everything that is not such bytes.</summary>
[TestFixture]
public sealed class ControlFrameTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, ControlKeys.KeyBytes).Select(i => (byte)i)];

    public static readonly ControlMessage[] Messages =
    [
        new Hello(2, 4, 4711, "node-a", 3, "stencil"),
        new Restored(36, 7, ["version 8: rank 1's shard is truncated"]),
        new Beat(40),
        new CheckpointCommitted(36, 7, TimeSpan.FromMilliseconds(12), 1 << 20),
        new CheckpointRefused(44, "a request is live: halo"),
        new Finished(3, EndedEarly: true),
        new Failed("System.InvalidOperationException", "größer als 5 €", 17),
        new RequestCheckpoint(9),
        new RequestStop(),
        new Goodbye(),
        new Alive(),
        new Ask("drain", "node-b"),
        new Answer(true, ["job 1", "host a"]),
        new RequestRepair(2, 3, "node-c"),
        new RequestTakeIn(3, 1, 5),
        new RequestHold(2, TimeSpan.FromSeconds(60)),
        new RequestRelease(2),
        new Held(2),
        new HoldEnded(2, "nobody released it within 60 s"),
        new RequestPrepare(3, 1, 5),
        new MovePrepared(3, CanMove: true, "it makes communicators"),
        new RequestMove(3, TimeSpan.FromSeconds(60), 1),
        new MoveReady(3, 1 << 28, "rank 2: a request is live"),
        new RequestMoveNow(3, 1, 1, 5, IsPrepared: true),
        new Moved(3, 40, 1 << 28, TimeSpan.FromMilliseconds(160)),
    ];

    [TestCaseSource(nameof(Messages))]
    public void A_message_survives_its_way_over_the_wire(ControlMessage message)
    {
        ControlMessage? read = Reader(FrameOf(message, sequence: 0)).Receive();
        Assert.That(Describe(read!), Is.EqualTo(Describe(message)));
    }

    [Test]
    public void The_bytes_of_every_message_are_those_of_the_golden_file()
    {
        string golden = Path.Combine(TestContext.CurrentContext.TestDirectory, "Channel", "control-frames.golden");
        IEnumerable<string> lines = Messages.Select((message, i) => $"{message.GetType().Name} {Convert.ToHexStringLower(FrameOf(message, (ulong)i))}");
        Assert.That(lines, Is.EqualTo(File.ReadAllLines(golden)), "the wire format changed: raise ControlFrame.Version and write a new golden file");
    }

    [Test]
    public void A_frame_that_is_sent_twice_is_refused_as_a_replay()
    {
        byte[] frame = FrameOf(new Beat(1), sequence: 0);
        ControlConnection reader = Reader([.. frame, .. frame]);
        reader.Receive();
        Assert.That(RefusalOf(() => reader.Receive()), Is.EqualTo(ChannelRefusal.WrongSequence));
    }

    [Test]
    public void A_replay_with_its_number_corrected_is_refused_by_its_tag()
    {
        byte[] frame = FrameOf(new Beat(1), sequence: 0);
        byte[] forged = [.. frame];
        forged[12] = 1;
        ControlConnection reader = Reader([.. frame, .. forged]);
        reader.Receive();
        Assert.That(RefusalOf(() => reader.Receive()), Is.EqualTo(ChannelRefusal.WrongTag));
    }

    [Test]
    public void A_frame_of_the_other_direction_is_refused()
    {
        byte[] frame = FrameOf(new Beat(1), sequence: 0);
        var reader = new ControlConnection(new MemoryStream(frame), Key, new byte[ControlKeys.KeyBytes]);
        Assert.That(RefusalOf(() => reader.Receive()), Is.EqualTo(ChannelRefusal.WrongTag));
    }

    [TestCase(ControlFrame.PayloadBytesMax + 1)]
    [TestCase(int.MaxValue)]
    [TestCase(-1)]
    public void An_oversize_frame_is_refused_before_a_byte_of_it_is_read(int payloadBytes)
    {
        byte[] header = FrameOf(new Beat(1), sequence: 0)[..ControlFrame.HeaderBytes];
        BitConverter.TryWriteBytes(header.AsSpan(8), payloadBytes);
        var stream = new MemoryStream([.. header, .. new byte[100]]);
        var reader = new ControlConnection(stream, Key, Key);
        Assert.That(RefusalOf(() => reader.Receive()), Is.EqualTo(ChannelRefusal.Oversize));
        Assert.That(stream.Position, Is.EqualTo(ControlFrame.HeaderBytes));
    }

    [Test]
    public void Every_truncation_is_refused_and_only_the_empty_stream_is_a_clean_end()
    {
        byte[] frame = FrameOf(Messages[0], sequence: 0);
        Assert.That(Reader([]).Receive(), Is.Null);
        for (int bytes = 1; bytes < frame.Length; bytes++)
        {
            ControlConnection reader = Reader(frame[..bytes]);
            Assert.That(RefusalOf(() => reader.Receive()), Is.EqualTo(ChannelRefusal.Truncated), $"{bytes} bytes");
        }
    }

    [Test]
    public void Every_flipped_bit_is_refused()
    {
        byte[] frame = FrameOf(Messages[0], sequence: 0);
        for (int bit = 0; bit < frame.Length * 8; bit++)
        {
            byte[] damaged = [.. frame];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            ControlConnection reader = Reader(damaged);
            Assert.That(RefusalOf(() => reader.Receive()), Is.Not.EqualTo(ChannelRefusal.None), $"bit {bit}");
        }
    }

    [Test]
    public void Garbage_is_refused_with_a_reason_and_nothing_else()
    {
        var random = new Random(20_240_917);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] garbage = new byte[random.Next(1, 200)];
            random.NextBytes(garbage);
            // Half of the rounds pass the magic and the version, so that the later checks see garbage too.
            if (round % 2 == 0 && garbage.Length >= 6) FrameOf(Messages[0], 0).AsSpan(0, 6).CopyTo(garbage);
            ControlConnection reader = Reader(garbage);
            Assert.That(RefusalOf(() => reader.Receive()), Is.Not.EqualTo(ChannelRefusal.None), $"round {round}");
        }
    }

    [Test]
    public void Garbage_under_the_right_key_is_a_malformed_payload_or_a_message()
    {
        var random = new Random(7);
        FrameType[] types = Enum.GetValues<FrameType>();
        byte[] frame = new byte[ControlFrame.FrameBytesMax];
        int refused = 0;
        for (int round = 0; round < 20_000; round++)
        {
            byte[] payload = new byte[random.Next(0, 64)];
            random.NextBytes(payload);
            int bytes = ControlFrame.Write(frame, types[random.Next(1, types.Length)], 0, payload, Key);
            try
            {
                Reader(frame[..bytes]).Receive();
            }
            catch (ControlChannelException error)
            {
                Assert.That(error.Refusal, Is.EqualTo(ChannelRefusal.MalformedPayload).Or.EqualTo(ChannelRefusal.UnexpectedType), error.Message);
                refused++;
            }
        }

        Assert.That(refused, Is.GreaterThan(10_000));
    }

    [Test]
    public void The_longest_message_fits_and_its_texts_are_cut_at_a_character()
    {
        string[] reasons = [.. Enumerable.Range(0, 100).Select(i => $"{i}" + new string('€', 5_000))];
        var read = (Restored)Reader(FrameOf(new Restored(1, 1, reasons), sequence: 0)).Receive()!;
        Assert.That(read.Skipped, Has.Count.EqualTo(PayloadWriter.TextsMax));
        Assert.That(read.Skipped[0], Does.StartWith("0€").And.Not.Contain('\uFFFD'));
        Assert.That(read.Skipped[^1], Is.EqualTo("... and 69 more"));
    }

    private static byte[] FrameOf(ControlMessage message, ulong sequence)
    {
        var writer = new PayloadWriter(new byte[ControlFrame.PayloadBytesMax]);
        FrameType type = ControlMessageCodec.Write(message, ref writer);
        byte[] frame = new byte[ControlFrame.FrameBytesMax];
        return frame[..ControlFrame.Write(frame, type, sequence, writer.Written, Key)];
    }

    private static ControlConnection Reader(byte[] bytes) => new(new MemoryStream(bytes), Key, Key);

    private static ChannelRefusal RefusalOf(Action action)
    {
        try
        {
            action();
            return ChannelRefusal.None;
        }
        catch (ControlChannelException error)
        {
            return error.Refusal;
        }
    }

    // Records compare lists by reference; their text form with the list spelled out compares by content.
    private static string Describe(ControlMessage message) =>
        message switch
        {
            Restored restored => $"{restored.Step} {restored.Version} {string.Join('|', restored.Skipped)}",
            Answer answer => $"{answer.IsDone} {string.Join('|', answer.Lines)}",
            _ => message.ToString(),
        };
}
