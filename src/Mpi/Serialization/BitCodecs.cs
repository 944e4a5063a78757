using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MPI;

/// <summary>Bytes of elements, and lengths before them.</summary>
internal static class Bits
{
    public static Span<byte> Of<T>(Span<T> elements) =>
        MemoryMarshal.CreateSpan(ref Unsafe.As<T, byte>(ref MemoryMarshal.GetReference(elements)), checked(elements.Length * Unsafe.SizeOf<T>()));

    public static void WriteLength(Stream stream, int length) => stream.Write(Of(new Span<int>(ref length)));

    /// <summary>Reads a length and holds it against what is left of the message, so that a damaged one cannot ask for all memory.</summary>
    public static int ReadLength(Stream stream, int elementBytes)
    {
        int length = ReadInt(stream);
        return length >= 0 && Fits(stream, (long)length * elementBytes) ? length : throw TooShort(length, elementBytes);
    }

    /// <summary>Reads a length and as many chars; -1 stands for null.</summary>
    public static string? ReadText(Stream stream)
    {
        int length = ReadInt(stream);
        if (length == -1)
            return null;
        return length >= 0 && Fits(stream, (long)length * sizeof(char))
            ? string.Create(length, stream, static (chars, source) => source.ReadExactly(MemoryMarshal.AsBytes(chars)))
            : throw TooShort(length, sizeof(char));
    }

    private static int ReadInt(Stream stream)
    {
        int number = 0;
        stream.ReadExactly(Of(new Span<int>(ref number)));
        return number;
    }

    private static bool Fits(Stream stream, long bytes) => !stream.CanSeek || bytes <= stream.Length - stream.Position;

    private static MpiSerializationException TooShort(int length, int elementBytes) =>
        new($"The message announces {length} elements of {elementBytes} bytes and is too short for them; it is damaged, or was sent by another serializer.");
}

/// <summary>A string, as the UTF-16 that it is in memory: any sequence of chars arrives as it was.</summary>
internal sealed class TextCodec : ValueCodec
{
    public override ValueKind Kind => ValueKind.Text;

    public override void Write(Stream stream, object value)
    {
        string text = (string)value;
        Bits.WriteLength(stream, text.Length);
        stream.Write(MemoryMarshal.AsBytes(text.AsSpan()));
    }

    public override object Read(Stream stream) =>
        Bits.ReadText(stream) ?? throw new MpiSerializationException("The message announces a string and holds none; it is damaged, or was sent by another serializer.");
}

/// <summary>One value without references that was sent as an object.</summary>
internal sealed class BitsCodec<T> : ValueCodec
{
    public override ValueKind Kind => ValueKind.Bits;

    public override void Write(Stream stream, object value)
    {
        var bits = (T)value;
        stream.Write(Bits.Of(new Span<T>(ref bits)));
    }

    public override object Read(Stream stream)
    {
        T bits = default!;
        stream.ReadExactly(Bits.Of(new Span<T>(ref bits)));
        return bits!;
    }
}

/// <summary>An array of values without references.</summary>
internal sealed class ArrayCodec<T> : ValueCodec
{
    public override ValueKind Kind => ValueKind.Array;

    public override void Write(Stream stream, object value)
    {
        var elements = (T[])value;
        Bits.WriteLength(stream, elements.Length);
        stream.Write(Bits.Of(elements.AsSpan()));
    }

    public override object Read(Stream stream)
    {
        T[] elements = GC.AllocateUninitializedArray<T>(Bits.ReadLength(stream, Unsafe.SizeOf<T>()));
        stream.ReadExactly(Bits.Of(elements.AsSpan()));
        return elements;
    }
}

/// <summary>A list of values without references.</summary>
internal sealed class ListCodec<T> : ValueCodec
{
    public override ValueKind Kind => ValueKind.List;

    public override void Write(Stream stream, object value)
    {
        Span<T> elements = CollectionsMarshal.AsSpan((List<T>)value);
        Bits.WriteLength(stream, elements.Length);
        stream.Write(Bits.Of(elements));
    }

    public override object Read(Stream stream)
    {
        int length = Bits.ReadLength(stream, Unsafe.SizeOf<T>());
        var list = new List<T>(length);
        CollectionsMarshal.SetCount(list, length);
        stream.ReadExactly(Bits.Of(CollectionsMarshal.AsSpan(list)));
        return list;
    }
}
