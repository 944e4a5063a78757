using System;
using System.IO;
using NUnit.Framework;

namespace HpcVirt.Predictor.Tests.Doubles;

/// <summary>
/// The real data sets, which are no part of the project: found by HPCVIRT_DATA, or as shared/data beside a folder above the tests. Tests over
/// them are skipped by name where they are not there.
/// </summary>
internal static class SharedData
{
    public static string Require(string set)
    {
        string? root = Find();
        if (root is null || !Directory.Exists(Path.Combine(root, set))) Assert.Ignore($"the data set '{set}' is not here (HPCVIRT_DATA)");
        return Path.Combine(root!, set);
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("HPCVIRT_DATA") is { Length: > 0 } named) return named;
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string data = Path.Combine(folder.FullName, "shared", "data");
            if (Directory.Exists(data)) return data;
        }

        return null;
    }
}
