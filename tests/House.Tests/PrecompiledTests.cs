using System;
using System.IO;
using System.Linq;
using System.Reflection.PortableExecutable;
using NUnit.Framework;

namespace HpcVirt.House.Tests;

/// <summary>What ranks and the tool run is compiled ahead of time wherever the compiler for that can be had.</summary>
[TestFixture]
internal sealed class PrecompiledTests
{
    [Test]
    public void Our_own_assemblies_are_compiled_ahead_of_time()
    {
        string found = Path.Combine(House.Root, "artifacts", "precompile", "found.props");
        if (!File.Exists(found) || !File.ReadAllText(found).Contains(">true<", StringComparison.Ordinal))
            Assert.Ignore("missing capability: compiling ahead of time (no package source had the compiler, see docs/decisions/0023-compiled-ahead-of-time.md)");
        if (Path.GetFileName(Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd('/'))) != "Release") Assert.Ignore("only a Release build is compiled ahead of time");

        string[] own = [.. Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll").Where(static file => Path.GetFileName(file) is "hpcvirt.dll" || Path.GetFileName(file).StartsWith("HpcVirt.", StringComparison.Ordinal))];
        string[] ahead = [.. own.Where(static file => !file.EndsWith(".Tests.dll", StringComparison.Ordinal))];
        Assert.That(ahead, Has.Length.GreaterThan(7));
        Assert.That(ahead.Where(static file => !HasNativeCode(file)), Is.Empty);
    }

    private static bool HasNativeCode(string file)
    {
        using var reader = new PEReader(File.OpenRead(file));
        return reader.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size > 0;
    }
}
