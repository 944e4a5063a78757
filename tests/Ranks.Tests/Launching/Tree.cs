using System;
using System.IO;

namespace HpcVirt.Ranks.Tests.Launching;

/// <summary>The programs of the source tree, built in the configuration of these tests.</summary>
internal static class Tree
{
    public static string Root { get; } = Find();

    public static string Configuration { get; } = AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Release" : "Debug";

    public static string Tool => Program("src/Cli", "hpcvirt");

    public static string Program(string project, string assembly) => Path.Combine(Root, project, "bin", Configuration, "net10.0", assembly + ".dll");

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
