using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace HpcVirt.House.Tests;

/// <summary>The source tree that these tests were built from.</summary>
internal static class House
{
    public static string Root { get; } = Find();

    public static IEnumerable<string> SourceFiles(params string[] folders) =>
        from folder in folders
        let path = Path.Combine(Root, folder)
        where Directory.Exists(path)
        from file in Directory.EnumerateFiles(path, "*.cs", SearchOption.AllDirectories)
        let relative = Path.GetRelativePath(Root, file)
        where !relative.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj")
        select relative;

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "HpcVirt.Mpi.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("HpcVirt.Mpi.sln stands in no folder above the tests; run them from the source tree.");
    }
}
