using System;
using System.IO;
using System.Linq;
using HpcVirt.Ranks.Harness;
using HpcVirt.Ranks.Tests.Launching;
using NUnit.Framework;

namespace HpcVirt.Ranks.Tests;

/// <summary>Sessions that are opened one after another in the same processes, under MPICH 4.2, in a root of Debian 13; and where there are none.</summary>
[TestFixture]
internal sealed class SessionsTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    /// <summary>Open MPI 5.0 hangs in the second session in one run of eight, also when a pause is left between two: a process opens another one's file of the session before.</summary>
    private static readonly TimeSpan DeadlineOfTry = TimeSpan.FromSeconds(20);

    private const int TriesOfOpenMpi5 = 4;

    private string _folder = "";

    private static readonly string[] Program = ["dotnet", typeof(RankCases).Assembly.Location, "program", "sessions"];

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("hpcvirt-sessions-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase(MpiKind.Mpich42, 2)]
    [TestCase(MpiKind.Mpich42, 3)]
    [TestCase(MpiKind.OpenMpi5, 3)]
    [Category("Slow")]
    public void Six_sessions_in_the_same_processes_carry_messages(MpiKind kind, int ranks)
    {
        const int rounds = 6;
        MpiOutcome outcome = Run(kind, ranks, $"{rounds}");
        for (int others = kind == MpiKind.OpenMpi5 ? TriesOfOpenMpi5 - 1 : 0; others > 0 && outcome.DeadlinePassed; others--) outcome = Run(kind, ranks, $"{rounds}");
        Assert.That(outcome.ExitCode, Is.Zero, outcome.ToString());
        Assert.That(outcome.Output, Does.Contain("mpi://WORLD").And.Contain("mpi://SELF"));
        string[] lines = [.. outcome.Output.Split('\n').Select(static line => line.Trim())];
        long carried = 0;
        for (int round = 1; round <= rounds; round++)
        {
            carried = Enumerable.Range(0, ranks).Sum(rank => carried + rank + round);
            for (int rank = 0; rank < ranks; rank++)
                Assert.That(lines, Does.Contain($"round {round}: rank {rank} of {ranks} has {carried} and {"123456"[..round]}"), outcome.Output);
        }
    }

    [Test]
    [Category("Slow")]
    public void Arrays_of_structures_are_sent_in_every_session_though_their_datatypes_go_with_it()
    {
        MpiOutcome outcome = Run(MpiKind.Mpich42, 2, "3", "structures");
        Assert.That(outcome.ExitCode, Is.Zero, outcome.ToString());
        Assert.That(outcome.Output, Does.Contain("round 3: rank 0").And.Contain("round 3: rank 1"), outcome.ToString());
    }

    private MpiOutcome Run(MpiKind kind, int ranks, params string[] arguments)
    {
        TimeSpan deadline = kind == MpiKind.OpenMpi5 ? DeadlineOfTry : Deadline;
        return MpiLaunch.Run([.. Trixie.In(_folder, deadline), .. kind.Command(ranks), .. Program, .. arguments], deadline);
    }

    [Test]
    public void Open_MPI_4_has_no_sessions_and_says_so()
    {
        MpiOutcome outcome = MpiLaunch.Run(MpiKind.OpenMpi, 1, Deadline, [.. Program, "2"]);
        if (outcome.Output.Contains("round 1", StringComparison.Ordinal)) Assert.Pass("this Open MPI has sessions");
        Assert.That(outcome.Output, Does.Contain("missing capability: sessions"), outcome.ToString());
    }
}
