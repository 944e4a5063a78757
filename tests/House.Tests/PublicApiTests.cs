using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using NUnit.Framework;

namespace HpcVirt.House.Tests;

/// <summary>
/// The public API of each library, held against a text file in the tree: a change of the API is a change of that file, seen in review. To accept
/// one, run the tests with HPCVIRT_ACCEPT_API=1 and commit the file.
/// </summary>
[TestFixture]
internal sealed class PublicApiTests
{
    private static readonly string[] Libraries = ["HpcVirt.Mpi", "HpcVirt.Checkpoint", "HpcVirt.Mpi.Resilience", "HpcVirt.Control", "HpcVirt.Predictor", "HpcVirt.Hypervisor"];

    [TestCaseSource(nameof(Libraries))]
    public void The_public_api_is_the_one_on_file(string library)
    {
        string file = Path.Combine(House.Root, "tests", "House.Tests", "PublicApi", library + ".txt");
        IReadOnlyList<string> actual = ApiListing.Of(Assembly.Load(library));
        if (Environment.GetEnvironmentVariable("HPCVIRT_ACCEPT_API") == "1")
            File.WriteAllLines(file, actual);
        Assert.That(File.Exists(file), Is.True, $"{file} is missing; accept the API with HPCVIRT_ACCEPT_API=1");
        Assert.That(actual, Is.EqualTo(File.ReadAllLines(file)), "the public API has changed; if it was meant to, accept it with HPCVIRT_ACCEPT_API=1");
    }
}
