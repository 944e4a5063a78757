using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using HpcVirt.Ranks.Harness;

namespace HpcVirt.Ranks.Tests.Launching;

/// <summary>
/// All cases on one number of ranks under one MPI. One job runs as many cases as it can, since starting a job takes longer than most cases;
/// when a case takes its job down, the next job goes on behind it.
/// </summary>
internal sealed class RankRun
{
    private const int SecondsPerCase = 60;

    private static readonly ConcurrentDictionary<(MpiKind, int), Lazy<RankRun>> Runs = new();

    private readonly Dictionary<string, CaseResult> _results = [];

    private RankRun(MpiKind kind, int ranks)
    {
        string folder = Directory.CreateTempSubdirectory("hpcvirt-ranks-").FullName;
        try
        {
            var left = RankCases.All.Where(rankCase => rankCase.MinRanks <= ranks && ranks <= rankCase.MaxRanks).Select(rankCase => rankCase.Name).ToList();
            for (int job = 0; left.Count > 0; job++)
                RunJob(kind, ranks, Directory.CreateDirectory(Path.Combine(folder, $"job-{job}")).FullName, left);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public static RankRun Of(MpiKind kind, int ranks) => Runs.GetOrAdd((kind, ranks), key => new Lazy<RankRun>(() => new RankRun(key.Item1, key.Item2))).Value;

    /// <summary>The cases that failed, with what they said.</summary>
    public IEnumerable<CaseResult> Failures => _results.Values.Where(static result => result.Outcome == CaseOutcome.Failed);

    public int PassedCount => _results.Values.Count(static result => result.Outcome == CaseOutcome.Passed);

    public CaseResult this[string name] => _results[name];

    /// <summary>Runs one job and takes out of the list every case that it settled; always at least one, so that the loop ends.</summary>
    private void RunJob(MpiKind kind, int ranks, string folder, List<string> left)
    {
        string casesFile = Path.Combine(folder, "cases.txt");
        File.WriteAllLines(casesFile, left);
        TimeSpan deadline = TimeSpan.FromSeconds(SecondsPerCase + (10 * left.Count));
        MpiOutcome outcome = MpiLaunch.Run(
            [.. kind.Entrance(folder, deadline), .. kind.Command(ranks), "dotnet", typeof(RankCases).Assembly.Location, casesFile, folder, $"{SecondsPerCase}"], deadline);

        ILookup<string, CaseResult> said = Enumerable.Range(0, ranks).SelectMany(rank => CaseResult.ReadAll(CaseResult.FileOf(folder, rank))).ToLookup(result => result.Name);
        var settled = new List<string>();
        foreach (string name in left)
        {
            if (Settle(name, [.. said[name]], ranks, outcome) is not { } result)
                break;
            _results[name] = result;
            settled.Add(name);
            if (result.Outcome == CaseOutcome.Failed)
                break;
        }

        if (settled.Count == left.Count && (outcome.ExitCode != 0 || outcome.DeadlinePassed) && _results[left[^1]].Outcome != CaseOutcome.Failed)
            _results[left[^1]] = new CaseResult(left[^1], CaseOutcome.Failed, $"all cases passed, but the job did not end well: {outcome}");
        if (settled.Count == 0)
        {
            _results[left[0]] = new CaseResult(left[0], CaseOutcome.Failed, $"the job ended before any case did: {outcome}");
            settled.Add(left[0]);
        }

        left.RemoveAll(settled.Contains);
    }

    /// <summary>One verdict from what the ranks said of a case; null when no rank has reached it.</summary>
    private static CaseResult? Settle(string name, CaseResult[] said, int ranks, MpiOutcome outcome)
    {
        if (said.Length == 0)
            return null;
        if (said.FirstOrDefault(result => result.Outcome == CaseOutcome.Failed) is { } failed)
            return failed;
        if (said.Count(result => result.Outcome == CaseOutcome.Passed) == ranks)
            return new CaseResult(name, CaseOutcome.Passed, null);
        if (said.FirstOrDefault(result => result.Outcome == CaseOutcome.CapabilityAbsent) is { } absent)
            return absent;
        return new CaseResult(name, CaseOutcome.Failed, $"the job ended in the middle of the case: {outcome}");
    }
}
