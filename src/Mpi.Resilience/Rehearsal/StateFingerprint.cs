using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Reflection;
using System.Text;

namespace HpcVirt.Mpi.Resilience.Rehearsal;

/// <summary>
/// What a program's state looks like, as one hash for each field, array and buffer that can be reached from what it passed to Protect and from the
/// static fields of its assembly. Two runs that stand before the same step should look alike; where they do not, state was lost.
/// </summary>
/// <remarks>Local variables that no lambda captures live on the stack, where nothing can find them; a rehearsal then shows only that results differ.</remarks>
internal sealed class StateFingerprint
{
    private const int DepthMax = 10;
    private const int ObjectsMax = 200_000;
    private const BindingFlags InstanceFields = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
    private const BindingFlags StaticFields = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private readonly HashSet<object> _seen = new(ReferenceEqualityComparer.Instance);

    private StateFingerprint()
    {
    }

    /// <summary>The hash of each piece of state by its path, e.g. <c>HeatPlate._next</c>.</summary>
    public SortedDictionary<string, ulong> Hashes { get; } = new(StringComparer.Ordinal);

    public static StateFingerprint Of(IEnumerable<Delegate> providers, Assembly? program)
    {
        var fingerprint = new StateFingerprint();
        foreach (object root in providers.Select(provider => provider.Target).OfType<object>().Distinct(ReferenceEqualityComparer.Instance))
            fingerprint.WalkFields(root, NameOf(root.GetType()), 0);
        foreach (Type type in program?.GetTypes() ?? [])
        {
            if (type.ContainsGenericParameters || IsMachinery(type))
                continue;
            foreach (FieldInfo field in type.GetFields(StaticFields).Where(field => !field.IsLiteral && !IsCompilerCache(field)))
                fingerprint.Walk(field.GetValue(null), $"{NameOf(type)}.{NameOf(field)}", 1);
        }

        return fingerprint;
    }

    private void Walk(object? value, string path, int depth)
    {
        switch (value)
        {
            case null:
                Note(path, 0);
                return;
            case string text:
                Note(path, Fnv.Hash(Encoding.UTF8.GetBytes(text)));
                return;
            case StringBuilder text:
                Note(path, Fnv.Hash(Encoding.UTF8.GetBytes(text.ToString())));
                return;
        }

        Type type = value.GetType();
        if (type.IsPrimitive || type.IsEnum || value is decimal or Guid)
        {
            Note(path, Fnv.Hash(Encoding.UTF8.GetBytes(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")));
            return;
        }

        if (depth >= DepthMax || _seen.Count >= ObjectsMax || IsMachinery(type) || (!type.IsValueType && !_seen.Add(value)))
            return;
        if (UnmanagedBytes.TryHash(value, out ulong hash))
            Note(path, hash);
        else if (value is IDictionary entries)
            WalkEntries(entries, path, depth);
        else if (value is IEnumerable elements && (type.IsArray || IsOfTheRuntime(type)))
            WalkElements(elements, path, depth);
        else if (!IsOfTheRuntime(type) || value is Random || type.FullName!.StartsWith("System.Random", StringComparison.Ordinal) || type.FullName.StartsWith("System.ValueTuple", StringComparison.Ordinal))
            WalkFields(value, path, depth);
    }

    private void WalkFields(object value, string path, int depth)
    {
        for (Type? type = value.GetType(); type is not null && type != typeof(object) && type != typeof(ValueType); type = type.BaseType)
        {
            foreach (FieldInfo field in type.GetFields(InstanceFields).Where(field => !field.FieldType.IsPointer && !field.FieldType.IsByRefLike))
                Walk(field.GetValue(value), $"{path}.{NameOf(field)}", depth + 1);
        }
    }

    /// <summary>The order of a dictionary's entries follows hash codes, which differ from process to process: sorted by key.</summary>
    private void WalkEntries(IDictionary entries, string path, int depth)
    {
        foreach (DictionaryEntry entry in entries.Cast<DictionaryEntry>().OrderBy(entry => entry.Key.ToString(), StringComparer.Ordinal).Take(1000))
            Walk(entry.Value, $"{path}[{entry.Key}]", depth + 1);
    }

    private void WalkElements(IEnumerable elements, string path, int depth)
    {
        int index = 0;
        foreach (object? element in elements)
        {
            if (index == 1000)
                break;
            Walk(element, $"{path}[{index++}]", depth + 1);
        }

        Note($"{path}.Count", (ulong)index);
    }

    private void Note(string path, ulong hash) => Hashes[path] = hash;

    /// <summary>What belongs to MPI, to this library or to the runtime's plumbing is rebuilt at every start, and clocks never repeat.</summary>
    private static bool IsMachinery(Type type) =>
        typeof(Delegate).IsAssignableFrom(type) || typeof(MemberInfo).IsAssignableFrom(type) || type.Assembly == typeof(ResilientJob).Assembly
        || (type.Assembly == typeof(MPI.Communicator).Assembly && !IsBuffer(type))
        || type == typeof(DateTime) || type == typeof(DateTimeOffset) || type == typeof(TimeSpan) || type == typeof(System.Diagnostics.Stopwatch);

    private static bool IsBuffer(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(MPI.MpiBuffer<>);

    private static bool IsOfTheRuntime(Type type) => type.Namespace is "System" || type.Namespace?.StartsWith("System.", StringComparison.Ordinal) == true;

    private static bool IsCompilerCache(FieldInfo field) => field.Name.StartsWith("<>", StringComparison.Ordinal) || field.DeclaringType!.Name.StartsWith("<PrivateImplementationDetails>", StringComparison.Ordinal);

    /// <summary>A closure class has no name that its author knows: its fields are the captured variables of the method around it.</summary>
    private static string NameOf(Type type) => type.Name.Contains("<>c", StringComparison.Ordinal) ? $"{type.DeclaringType?.Name ?? "?"} (captured)" : type.Name;

    /// <summary>The compiler names the field of a property <c>&lt;Name&gt;k__BackingField</c>.</summary>
    private static string NameOf(FieldInfo field)
    {
        int end = field.Name.IndexOf(">k__", StringComparison.Ordinal);
        return end > 0 ? field.Name[1..end] : field.Name;
    }
}
