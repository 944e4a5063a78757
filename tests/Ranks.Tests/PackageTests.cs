using System;
using System.Collections.Generic;
using System.IO;
using HpcVirt.Ranks.Tests.Launching;
using NUnit.Framework;

namespace HpcVirt.Ranks.Tests;

/// <summary>The packages, used as a stranger uses them: from a project outside of the tree that knows nothing but their names.</summary>
[TestFixture]
internal sealed class PackageTests
{
    private static readonly Dictionary<string, string?> NoMarks = new() { ["CI"] = null, ["MSBUILDDISABLENODEREUSE"] = "1" };

    [Test]
    public void An_empty_project_that_references_the_packages_runs_under_mpiexec()
    {
        string folder = Directory.CreateTempSubdirectory("hpcvirt-package-").FullName;
        try
        {
            string packages = Path.Combine(folder, "packages");
            foreach (string project in new[] { "Mpi", "Checkpoint", "Mpi.Resilience" })
            {
                MpiOutcome packed = MpiLaunch.Run(
                    ["dotnet", "pack", Path.Combine(Tree.Root, "src", project), "-c", Tree.Configuration, "--no-build", "-o", packages, "-nologo", "-v", "quiet"], TimeSpan.FromSeconds(120), NoMarks);
                Assert.That(packed.ExitCode, Is.Zero, packed.ToString());
            }

            // A stranger has a registry; here the restored packages of this build stand in for it.
            foreach (string dependency in RestoredPackages("system.io.hashing")) File.Copy(dependency, Path.Combine(packages, Path.GetFileName(dependency)));
            string stranger = Directory.CreateDirectory(Path.Combine(folder, "stranger")).FullName;
            File.WriteAllText(Path.Combine(stranger, "nuget.config"), $"""
                <configuration>
                  <packageSources><clear /><add key="local" value="{packages}" /></packageSources>
                  <config><add key="globalPackagesFolder" value="{Path.Combine(folder, "cache")}" /></config>
                </configuration>
                """);
            File.WriteAllText(Path.Combine(stranger, "stranger.csproj"), """
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework></PropertyGroup>
                  <ItemGroup><PackageReference Include="HpcVirt.Mpi.Resilience" Version="0.1.0" /></ItemGroup>
                </Project>
                """);
            File.Copy(Path.Combine(Tree.Root, "samples", "first", "Program.cs"), Path.Combine(stranger, "Program.cs"));
            MpiOutcome built = MpiLaunch.Run(
                ["dotnet", "build", stranger, "-o", Path.Combine(folder, "out"), "-nologo", "-v", "quiet"], TimeSpan.FromSeconds(240),
                new Dictionary<string, string?>(NoMarks) { ["NUGET_PACKAGES"] = Path.Combine(folder, "cache") });
            Assert.That(built.ExitCode, Is.Zero, built.ToString());

            foreach (MpiKind kind in (MpiKind[])[MpiKind.OpenMpi, MpiKind.Mpich])
            {
                MpiOutcome ran = MpiLaunch.Run(kind, 2, TimeSpan.FromSeconds(120), ["dotnet", Path.Combine(folder, "out", "stranger.dll")]);
                Assert.That(ran.ExitCode, Is.Zero, ran.ToString());
                Assert.That(ran.Output, Does.Contain("the first cell has"));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string[] RestoredPackages(string id)
    {
        string folder = System.Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } set
            ? set
            : Path.Combine(System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        string[] found = Directory.GetFiles(Path.Combine(folder, id), "*.nupkg", SearchOption.AllDirectories);
        Assert.That(found, Is.Not.Empty, $"{id} was restored for this build");
        return found;
    }
}
