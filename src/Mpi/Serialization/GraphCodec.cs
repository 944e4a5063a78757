using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.Serialization;
using System.Xml;

namespace MPI;

/// <summary>Values of any other type, by their data contract, as binary XML. References that are shared or form cycles stay so.</summary>
internal sealed class GraphCodec(Type type) : ValueCodec
{
    // A serializer with a resolver may be used by one thread at a time; what is costly about it, the contracts, the runtime shares.
    [ThreadStatic]
    private static Dictionary<Type, DataContractSerializer>? s_serializers;

    public override ValueKind Kind => ValueKind.Graph;

    public override void Write(Stream stream, object value)
    {
        try
        {
            using var writer = XmlDictionaryWriter.CreateBinaryWriter(stream, dictionary: null, session: null, ownsStream: false);
            Serializer().WriteObject(writer, value);
        }
        catch (Exception failure) when (failure is InvalidDataContractException or SerializationException or ArgumentException or XmlException)
        {
            throw new MpiSerializationException(
                $"A {type} cannot be sent: {failure.Message} Mark the class it speaks of [Serializable] (then all its fields travel) or [DataContract], or give the communicator a "
                + "serializer of your own (comm.Serialization.Serializer).",
                failure);
        }
    }

    public override object Read(Stream stream)
    {
        try
        {
            using var reader = XmlDictionaryReader.CreateBinaryReader(stream, XmlDictionaryReaderQuotas.Max);
            return Serializer().ReadObject(reader)!;
        }
        catch (Exception failure) when (failure is InvalidDataContractException or SerializationException or ArgumentException or XmlException)
        {
            throw new MpiSerializationException($"The message is no {type}: {failure.Message} Do all ranks run the same program?", failure);
        }
    }

    private DataContractSerializer Serializer()
    {
        s_serializers ??= [];
        if (s_serializers.TryGetValue(type, out DataContractSerializer? known))
            return known;
        var serializer = new DataContractSerializer(type, new DataContractSerializerSettings
        {
            PreserveObjectReferences = true,
            MaxItemsInObjectGraph = int.MaxValue,
            DataContractResolver = new RunTimeTypeResolver(),
        });
        serializer.SetSerializationSurrogateProvider(GraphSurrogates.Provider);
        return s_serializers[type] = serializer;
    }
}
