using System;
using System.Collections.Concurrent;
using System.Reflection;

namespace MPI;

/// <summary>Names of run-time types in messages, and the types of the names.</summary>
internal static class TypeNames
{
    private static readonly ConcurrentDictionary<string, Type> Found = new(StringComparer.Ordinal);

    public static string Of(Type type) =>
        type.AssemblyQualifiedName ?? throw new MpiSerializationException($"Type {type} has no name by which another rank could find it.");

    public static Type Find(string name)
    {
        if (Found.TryGetValue(name, out Type? known))
            return known;
        Type type = Type.GetType(name, Load, typeResolver: null, throwOnError: false)
            ?? throw new MpiSerializationException($"The message holds a {name}, which this rank does not know. Do all ranks run the same program?");
        return Found.GetOrAdd(name, type);
    }

    /// <summary>An assembly that the program loaded by hand is in no default context; it is found among those that are loaded.</summary>
    private static Assembly? Load(AssemblyName name)
    {
        foreach (Assembly loaded in AppDomain.CurrentDomain.GetAssemblies())
        {
            if (string.Equals(loaded.GetName().Name, name.Name, StringComparison.Ordinal))
                return loaded;
        }

        try
        {
            return Assembly.Load(name);
        }
        catch (System.IO.FileNotFoundException)
        {
            return null;
        }
    }
}
