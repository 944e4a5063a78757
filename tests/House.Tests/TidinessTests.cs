using System;
using System.IO;
using System.Linq;
using NUnit.Framework;

namespace HpcVirt.House.Tests;

/// <summary>Tidiness is a test.</summary>
[TestFixture]
internal sealed class TidinessTests
{
    private const int LinesMax = 400;

    [Test]
    public void No_source_file_has_more_than_400_lines()
    {
        string[] long_ = [.. House.SourceFiles("src", "samples", "tests", "benchmarks", "build").Where(file => File.ReadLines(Path.Combine(House.Root, file)).Count() > LinesMax)];
        Assert.That(long_, Is.Empty, "split them: one idea per file");
    }

    [Test]
    public void Nothing_in_the_sources_is_left_to_do()
    {
        string[] marks = [string.Concat("TO", "DO"), string.Concat("FIX", "ME"), string.Concat("HA", "CK:"), string.Concat("NotImplemented", "Exception")];
        foreach (string file in House.SourceFiles("src", "samples", "benchmarks", "build"))
        {
            string text = File.ReadAllText(Path.Combine(House.Root, file));
            foreach (string mark in marks)
                Assert.That(text, Does.Not.Contain(mark), file);
        }
    }

    [Test]
    public void The_program_in_the_readme_is_the_first_sample()
    {
        string program = File.ReadAllText(Path.Combine(House.Root, "samples", "first", "Program.cs")).Trim();
        Assert.That(File.ReadAllText(Path.Combine(House.Root, "README.md")), Does.Contain($"```csharp\n{program}\n```"));
    }

    [Test]
    public void Every_relative_link_in_the_docs_leads_somewhere()
    {
        string[] pages = [Path.Combine(House.Root, "README.md"), Path.Combine(House.Root, "CHANGELOG.md"), .. Directory.EnumerateFiles(Path.Combine(House.Root, "docs"), "*.md", SearchOption.AllDirectories)];
        foreach (string page in pages)
        {
            foreach (string link in LinksOf(File.ReadAllText(page)))
            {
                string target = Path.Combine(Path.GetDirectoryName(page)!, link.Split('#')[0]);
                Assert.That(File.Exists(target) || Directory.Exists(target), Is.True, $"{Path.GetRelativePath(House.Root, page)} links to {link}");
            }
        }
    }

    private static string[] LinksOf(string markdown) =>
    [
        .. from part in markdown.Split("](").Skip(1)
           let link = part.Split(')')[0]
           where link.Length > 0 && !link.StartsWith('#') && !link.Contains("://", StringComparison.Ordinal)
           select link,
    ];
}
