using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;

namespace HpcVirt.House.Tests;

/// <summary>Writes an assembly's public types and members, one line each, in a stable order.</summary>
internal static class ApiListing
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IReadOnlyList<string> Of(Assembly assembly)
    {
        var lines = new List<string>();
        foreach (Type type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            lines.Add($"{Kind(type)} {Name(type)}{Bases(type)}");
            lines.AddRange(Members(type).Order(StringComparer.Ordinal).Select(member => "    " + member));
        }

        return lines;
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
            return type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => $"{field.Name} = {Convert.ToInt64(field.GetRawConstantValue())}");
        return
        [
            .. type.GetConstructors(Declared).Where(IsVisible).Select(made => $"new({Parameters(made)})"),
            .. type.GetFields(Declared).Where(field => field.IsPublic || field.IsFamily).Select(field => $"field {Static(field.IsStatic)}{Name(field.FieldType)} {field.Name}"),
            .. type.GetProperties(Declared).Where(property => property.Name != "EqualityContract" && property.GetAccessors(nonPublic: true).Any(IsVisible)).Select(Property),
            .. type.GetEvents(Declared).Select(raised => $"event {Name(raised.EventHandlerType!)} {raised.Name}"),
            .. type.GetMethods(Declared).Where(method => IsVisible(method) && !IsNoise(method)).Select(Method),
        ];
    }

    private static string Property(PropertyInfo property)
    {
        string index = property.GetIndexParameters().Length == 0 ? "" : $"[{string.Join(", ", property.GetIndexParameters().Select(parameter => Name(parameter.ParameterType)))}]";
        bool isSettable = property.SetMethod is { } set && IsVisible(set);
        return $"property {Static((property.GetMethod ?? property.SetMethod)!.IsStatic)}{Name(property.PropertyType)} {property.Name}{index} {{ get;{(isSettable ? " set;" : "")} }}";
    }

    private static string Method(MethodInfo method)
    {
        string generic = method.IsGenericMethodDefinition ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name))}>" : "";
        return $"{(method.IsPublic ? "" : "protected ")}{Static(method.IsStatic)}{Name(method.ReturnType)} {method.Name}{generic}({Parameters(method)})";
    }

    /// <summary>Property accessors are listed as properties; what the compiler adds to records says nothing new.</summary>
    private static bool IsNoise(MethodInfo method) =>
        (method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal))
        || method.Name is "<Clone>$" or "PrintMembers" or "Deconstruct" or "GetHashCode" or "ToString" or "Equals" or "op_Equality" or "op_Inequality";

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter => $"{Passing(parameter)}{Name(parameter.ParameterType)} {parameter.Name}"));

    private static string Passing(ParameterInfo parameter) => parameter.ParameterType.IsByRef ? (parameter.IsOut ? "out " : "ref ") : "";

    private static string Static(bool isStatic) => isStatic ? "static " : "";

    private static string Kind(Type type) => type switch
    {
        { IsEnum: true } => "enum",
        { IsInterface: true } => "interface",
        { IsValueType: true } => "struct",
        _ when typeof(Delegate).IsAssignableFrom(type) => "delegate",
        { IsAbstract: true, IsSealed: true } => "static class",
        { IsAbstract: true } => "abstract class",
        { IsSealed: true } => "sealed class",
        _ => "class",
    };

    private static string Bases(Type type)
    {
        if (type.IsEnum || type.BaseType is null || type.BaseType == typeof(object) || type.BaseType == typeof(ValueType) || typeof(Delegate).IsAssignableFrom(type))
            return "";
        return $" : {Name(type.BaseType)}";
    }

    private static string Name(Type type)
    {
        if (type.IsByRef)
            return Name(type.GetElementType()!);
        if (type.IsArray)
            return $"{Name(type.GetElementType()!)}[]";
        if (type.IsGenericParameter)
            return type.Name;
        string name = type.IsNested ? $"{Name(type.DeclaringType!)}.{type.Name}" : $"{type.Namespace}.{type.Name}";
        int tick = name.IndexOf('`', StringComparison.Ordinal);
        return type.IsGenericType && tick >= 0 ? $"{name[..tick]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : name;
    }
}
