using System;
using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Ranks.Harness;

/// <summary>What a case demands; a demand that fails on any rank fails the case.</summary>
public static class Expect
{
    public static void True(bool condition, string what)
    {
        if (!condition)
            throw new ExpectationException(what);
    }

    public static void Equal<T>(T expected, T actual, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
            throw new ExpectationException($"{what}: expected {expected}, got {actual}");
    }

    public static void Sequence<T>(ReadOnlySpan<T> expected, ReadOnlySpan<T> actual, string what)
    {
        if (!expected.SequenceEqual(actual, EqualityComparer<T>.Default))
            throw new ExpectationException($"{what}: expected [{Shown(expected)}], got [{Shown(actual)}]");
    }

    public static TException Throws<TException>(Action action, string what)
        where TException : Exception
    {
        try
        {
            action();
        }
        catch (TException expected)
        {
            return expected;
        }

        throw new ExpectationException($"{what}: expected {typeof(TException).Name}, nothing was thrown");
    }

    /// <summary>Leaves the case on all ranks alike because the library at hand lacks something; the reason names it.</summary>
    public static void Capability(bool present, string name)
    {
        if (!present)
            throw new CapabilityAbsentException(name);
    }

    private static string Shown<T>(ReadOnlySpan<T> values) =>
        string.Join(", ", values[..Math.Min(values.Length, 16)].ToArray().Select(value => value?.ToString() ?? "null")) + (values.Length > 16 ? ", ..." : "");
}

public sealed class ExpectationException(string message) : Exception(message);

public sealed class CapabilityAbsentException(string capability) : Exception($"missing capability: {capability}")
{
    public string Capability { get; } = capability;
}
