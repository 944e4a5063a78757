using System;
using System.Collections.Generic;
using System.IO;
using MPI;
using NUnit.Framework;

namespace HpcVirt.Mpi.Tests.Serialization;

/// <summary>The streams that serializers write to and read from.</summary>
[TestFixture]
internal sealed class StreamTests
{
    [Test]
    public void A_pooled_stream_holds_what_was_written_however_it_grew()
    {
        using var stream = new PooledStream(firstBytes: 1);
        byte[] block = [1, 2, 3, 4, 5, 6, 7];
        for (int round = 0; round < 1000; round++)
            stream.Write(block);
        Assert.That(stream.LengthBytes, Is.EqualTo(7000));
        Assert.That(stream.Buffer.AsSpan(6993, 7).SequenceEqual(block), Is.True);
    }

    [Test]
    public void A_pooled_stream_can_go_back_and_write_over()
    {
        using var stream = new PooledStream();
        stream.Write([1, 2, 3, 4]);
        stream.Seek(1, SeekOrigin.Begin);
        stream.Write([9]);
        Assert.That(stream.Buffer.AsSpan(0, stream.LengthBytes).ToArray(), Is.EqualTo(new byte[] { 1, 9, 3, 4 }));
    }

    [Test]
    public void More_than_one_message_can_carry_is_refused_with_the_way_out()
    {
        using var stream = new PooledStream();
        Assert.That(() => stream.SetLength(Array.MaxLength + 1L), Throws.TypeOf<MpiSerializationException>().With.Message.Contains("Send it in parts"));
    }

    [Test]
    public void An_action_stream_hands_every_write_to_its_delegate_and_flushes_at_the_end()
    {
        List<byte> written = [];
        int flushes = 0;
        using (var stream = new ActionStream(null, written.AddRange, () => flushes++))
            stream.Write([1, 2, 3, 4], 1, 2);
        Assert.That(written, Is.EqualTo(new byte[] { 2, 3 }));
        Assert.That(flushes, Is.EqualTo(1));
    }

    [Test]
    public void An_action_stream_reads_what_its_delegate_gives_until_it_gives_nothing()
    {
        var source = new Queue<byte>([1, 2, 3, 4, 5]);
        int Give(byte[] buffer)
        {
            int count = 0;
            while (count < buffer.Length && source.TryDequeue(out buffer[count]))
                count++;
            return count;
        }

        using var stream = new ActionStream(Give, null);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        Assert.That(copy.ToArray(), Is.EqualTo(new byte[] { 1, 2, 3, 4, 5 }));
        Assert.That(() => stream.WriteByte(1), Throws.TypeOf<NotSupportedException>());
    }
}
