using System;
using System.IO;
using System.Runtime.InteropServices;

namespace MPI;

/// <summary>An array of strings, the most common array of references.</summary>
internal sealed class TextsCodec : ValueCodec
{
    private const int Null = -1;

    public override ValueKind Kind => ValueKind.Texts;

    public override void Write(Stream stream, object value)
    {
        string?[] texts = (string?[])value;
        Bits.WriteLength(stream, texts.Length);
        foreach (string? text in texts)
        {
            Bits.WriteLength(stream, text?.Length ?? Null);
            stream.Write(MemoryMarshal.AsBytes(text.AsSpan()));
        }
    }

    public override object Read(Stream stream)
    {
        string?[] texts = new string?[Bits.ReadLength(stream, sizeof(int))];
        for (int index = 0; index < texts.Length; index++)
            texts[index] = Bits.ReadText(stream);
        return texts;
    }
}
