using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Xml.Linq;
using NUnit.Framework;

namespace HpcVirt.House.Tests;

/// <summary>Arrows point down only: which project may reference which is written here, and nowhere else may be added.</summary>
[TestFixture]
internal sealed class ArrowTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Mpi"] = [],
        ["Checkpoint"] = [],
        ["Mpi.Resilience"] = ["Mpi", "Checkpoint"],
        ["Predictor"] = [],
        ["Hypervisor"] = [],
        ["Control"] = ["Mpi.Resilience", "Predictor", "Hypervisor"],
        ["Simulation"] = ["Mpi.Resilience"],
        ["Predictor.MLNet"] = ["Predictor"],
        ["Cli"] = ["Control", "Hypervisor", "Simulation", "Predictor", "Predictor.MLNet"],
    };

    [Test]
    public void Every_project_references_only_what_stands_below_it()
    {
        foreach (string project in Directory.EnumerateFiles(Path.Combine(House.Root, "src"), "*.csproj", SearchOption.AllDirectories))
        {
            string name = Path.GetFileNameWithoutExtension(project);
            Assert.That(Allowed, Does.ContainKey(name), $"{name} is new: say here what it may reference");
            string[] referenced =
            [
                .. XDocument.Load(project).Descendants("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value)),
            ];
            Assert.That(referenced, Is.SubsetOf(Allowed[name]), $"{name} points up or sideways");
        }
    }

    [Test]
    public void Protocols_know_no_clock_socket_file_mpi_or_task()
    {
        string[] forbidden = ["using System.IO;", "using System.Net", "using System.Threading", "using MPI", "TimeProvider", "DateTime", "Console."];
        foreach (string file in House.SourceFiles("src").Where(file => file.Contains("/Protocol/")))
        {
            string text = File.ReadAllText(Path.Combine(House.Root, file));
            foreach (string word in forbidden)
                Assert.That(text, Does.Not.Contain(word), $"{file} is a pure function of state and event");
        }
    }

    [Test]
    public void Native_calls_stand_in_folders_named_native()
    {
        foreach (string file in House.SourceFiles("src").Where(file => !file.Contains("/Native/")))
        {
            string text = File.ReadAllText(Path.Combine(House.Root, file));
            Assert.That(text, Does.Not.Contain("[LibraryImport").And.Not.Contain("[DllImport"), file);
        }
    }
}
