using System;
using System.Runtime.Serialization;
using System.Xml;

namespace MPI;

/// <summary>Lets any type stand where a base type or <see cref="object"/> is declared, by its full name, without lists of known types.</summary>
internal sealed class RunTimeTypeResolver : DataContractResolver
{
    private const string Namespace = "clr";

    private readonly XmlDictionary _names = new();

    public override bool TryResolveType(
        Type type, Type? declaredType, DataContractResolver knownTypeResolver, out XmlDictionaryString? typeName, out XmlDictionaryString? typeNamespace)
    {
        if (knownTypeResolver.TryResolveType(type, declaredType, null!, out typeName, out typeNamespace))
            return true;

        // The name stands in a qualified name of XML, which allows neither commas nor brackets.
        typeName = _names.Add(XmlConvert.EncodeLocalName(TypeNames.Of(type))!);
        typeNamespace = _names.Add(Namespace);
        return true;
    }

    public override Type? ResolveName(string typeName, string? typeNamespace, Type? declaredType, DataContractResolver knownTypeResolver) =>
        typeNamespace == Namespace
            ? TypeNames.Find(XmlConvert.DecodeName(typeName)!)
            : knownTypeResolver.ResolveName(typeName, typeNamespace, declaredType, null!);
}
