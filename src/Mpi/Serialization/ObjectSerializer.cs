using System;
using System.Buffers.Binary;
using System.IO;
using System.Text;

namespace MPI;

/// <summary>
/// The default serializer. Strings and arrays of them, and arrays and lists of values without references, travel as their bytes; anything else as
/// binary XML of its data contract: <c>[Serializable]</c> classes with all their fields, <c>[DataContract]</c> classes, plain classes with their public properties,
/// collections, derived types behind base types and <see cref="object"/>, cycles and shared references.
/// </summary>
/// <remarks>
/// <para>
/// Strings inside a graph must be well-formed UTF-16; on their own and in arrays they may be anything. Collections keep their elements, not
/// their comparers.
/// </para>
/// <para>Ranks of one job trust each other: type names in messages are looked up and their types are made. The layout of a message:</para>
/// <code>
/// byte 0-1   0xD5 'V'   a mark, so that a message of another kind is told apart
/// byte 2     1          version
/// byte 3     kind       see ValueKind; bit 7 set: a type name follows
///            length     int32, bytes of the name    } only if the value's type is not
///            name       UTF-8, assembly-qualified   } the type that the receiver asks for
///            content    by kind, to the end of the message
/// </code>
/// <para>Integers are little-endian; content stands as in memory, as all direct messages do.</para>
/// </remarks>
public sealed class ObjectSerializer : ISerializer
{
    private const byte Mark0 = 0xD5;
    private const byte Mark1 = (byte)'V';
    private const byte Version = 1;
    private const byte NamedFlag = 0x80;
    private const int MaxNameBytes = 64 * 1024;

    private ObjectSerializer()
    {
    }

    /// <summary>The serializer, which has no state.</summary>
    public static ObjectSerializer Default { get; } = new();

    /// <inheritdoc/>
    /// <exception cref="MpiSerializationException">The type has no data contract; the message says what to add.</exception>
    public void Serialize<T>(Stream stream, T value)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (value is null)
        {
            WriteHeader(stream, ValueKind.Null, null);
            return;
        }

        Type type = value.GetType();
        var codec = ValueCodec.Of(type);
        WriteHeader(stream, codec.Kind, type == typeof(T) ? null : TypeNames.Of(type));
        codec.Write(stream, value);
    }

    /// <inheritdoc/>
    /// <exception cref="MpiSerializationException">The bytes are no value of the type.</exception>
    public T Deserialize<T>(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        try
        {
            (ValueKind kind, Type type) = ReadHeader(stream, typeof(T));
            if (kind == ValueKind.Null)
                return default!;
            var codec = ValueCodec.Of(type);
            if (codec.Kind != kind)
                throw new MpiSerializationException($"The message holds a value of kind {kind}, which no {type} is. {SameTypes}");
            return codec.Read(stream) is T value ? value : throw new MpiSerializationException($"The message holds a {type}, not a {typeof(T)}. {SameTypes}");
        }
        catch (EndOfStreamException cut)
        {
            throw new MpiSerializationException($"The message ends before its value of {typeof(T)} does. {SameTypes}", cut);
        }
    }

    private const string SameTypes = "Sender and receiver must name the same type: an array that was sent with Send(array, ...) is received with Receive(source, tag, ref array).";

    private static void WriteHeader(Stream stream, ValueKind kind, string? typeName)
    {
        stream.Write([Mark0, Mark1, Version, (byte)(typeName is null ? (byte)kind : (byte)kind | NamedFlag)]);
        if (typeName is null)
            return;
        byte[] name = Encoding.UTF8.GetBytes(typeName);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, name.Length);
        stream.Write(length);
        stream.Write(name);
    }

    private static (ValueKind Kind, Type Type) ReadHeader(Stream stream, Type expected)
    {
        Span<byte> header = stackalloc byte[4];
        stream.ReadExactly(header);
        if (header[0] != Mark0 || header[1] != Mark1 || header[2] != Version)
            throw new MpiSerializationException($"The message is no serialized {expected}: it was sent as elements, or by another serializer. {SameTypes}");

        var kind = (ValueKind)(header[3] & ~NamedFlag);
        if ((header[3] & NamedFlag) == 0)
            return (kind, expected);

        stream.ReadExactly(header);
        int nameBytes = BinaryPrimitives.ReadInt32LittleEndian(header);
        if (nameBytes is <= 0 or > MaxNameBytes)
            throw new MpiSerializationException($"The message names a type in {nameBytes} bytes; it is damaged, or was sent by another serializer.");
        byte[] name = new byte[nameBytes];
        stream.ReadExactly(name);
        return (kind, TypeNames.Find(Encoding.UTF8.GetString(name)));
    }
}
