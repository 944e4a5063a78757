using System;
using System.Buffers.Binary;
using System.Text;

namespace HpcVirt.Mpi.Resilience.Channel;

/// <summary>Reads the fields of one payload and refuses what is short, long, or out of its range.</summary>
internal ref struct PayloadReader(ReadOnlySpan<byte> payload)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private ReadOnlySpan<byte> _rest = payload;

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));

    public bool Flag() => Take(1)[0] switch
    {
        0 => false,
        1 => true,
        byte other => throw Malformed($"a flag has the value {other}"),
    };

    public ReadOnlySpan<byte> Bytes(int count) => Take(count);

    public string Text()
    {
        int bytes = BinaryPrimitives.ReadUInt16LittleEndian(Take(sizeof(ushort)));
        if (bytes > PayloadWriter.TextBytesMax) throw Malformed($"a text of {bytes} bytes, at most {PayloadWriter.TextBytesMax} are allowed");
        try
        {
            return StrictUtf8.GetString(Take(bytes));
        }
        catch (DecoderFallbackException)
        {
            throw Malformed("a text is not valid UTF-8");
        }
    }

    public string[] Texts()
    {
        int count = Int32();
        if (count is < 0 or > PayloadWriter.TextsMax) throw Malformed($"a list of {count} texts, at most {PayloadWriter.TextsMax} are allowed");
        var texts = new string[count];
        for (int i = 0; i < count; i++) texts[i] = Text();
        return texts;
    }

    public readonly void End()
    {
        if (!_rest.IsEmpty) throw Malformed($"{_rest.Length} bytes are left over");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length) throw Malformed($"{count} bytes are needed, {_rest.Length} are left");
        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    private static ControlChannelException Malformed(string what) =>
        new(ChannelRefusal.MalformedPayload, $"Control channel: the payload is malformed: {what}.");
}
