using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Simulation.Runs;

/// <summary>
/// A seed's job, run undisturbed, then with its requests and disturbances, then restarted from its last committed cut: after a loss because it must, and
/// without one because it may.
/// </summary>
internal static class SeedRun
{
    public static SeedResult Of(long seed) => Of(Scenario.Of(seed));

    public static SeedResult Of(JobSetup setup)
    {
        JobReport undisturbed = new SimulatedJob(setup with
        {
            Requests = [],
            Objections = new HashSet<(int, int)>(),
            Kill = null,
            Fault = default,
            Captures = true,
        }).Run();
        var findings = new List<string>(undisturbed.Findings.Select(finding => "undisturbed: " + finding));
        JobReport disturbed = new SimulatedJob(setup).Run();
        findings.AddRange(disturbed.Findings);
        if (disturbed.End == JobEnd.Finished)
            Compare(disturbed, undisturbed, "", findings);
        bool isRestarted = disturbed.Committed is not null || disturbed.End == JobEnd.RankLost;
        if (isRestarted && findings.Count == 0)
        {
            JobReport restarted = new SimulatedJob(setup with
            {
                RestartsFrom = disturbed.Committed,
                Kill = null,
                Seed = SeededRandom.Mix(setup.Seed),
                Requests = setup.Kill is null ? [] : setup.Requests,
            }).Run();
            findings.AddRange(restarted.Findings.Select(finding => "restarted: " + finding));
            Compare(restarted, undisturbed, "restarted: ", findings);
        }

        return new SeedResult(disturbed, isRestarted, findings);
    }

    /// <summary>The results must be those of the undisturbed run.</summary>
    private static void Compare(JobReport run, JobReport undisturbed, string label, List<string> findings)
    {
        if (!run.Setup.Program.IsReproducible)
            return;
        for (int rank = 0; rank < run.Setup.Program.Ranks; rank++)
        {
            if (run.ResultOf(rank) != undisturbed.ResultOf(rank))
                findings.Add($"{label}result: rank {rank} ends with another result than undisturbed");
        }
    }
}

/// <summary>What a seed came to.</summary>
internal sealed record SeedResult(JobReport Disturbed, bool IsRestarted, IReadOnlyList<string> Findings)
{
    public bool IsGood => Findings.Count == 0;
}
