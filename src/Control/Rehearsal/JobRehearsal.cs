using System;
using System.IO;
using System.Linq;
using HpcVirt.Control.Processes;
using HpcVirt.Control.Protocol;
using HpcVirt.Control.Supervision;

namespace HpcVirt.Control.Rehearsal;

/// <summary>
/// <c>hpcvirt rehearse</c>: runs a program unbroken and again with lost ranks, compares what they leave, and names what the author forgot to
/// protect. If they differ, a second unbroken run tells what differs from run to run anyway.
/// </summary>
public static class JobRehearsal
{
    private const int DifferencesShownMax = 10;

    /// <summary>Rehearses, and writes the findings to <paramref name="report"/>.</summary>
    /// <param name="options">What to run and compare.</param>
    /// <param name="report">Where the findings and the verdict go.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ControlException">The options are invalid, or a run cannot be set up.</exception>
    public static ExitCode Run(RehearsalOptions options, TextWriter report, TimeProvider time)
    {
        options = options.Validated();
        Claim(options.Scratch);
        using Stream standardError = Console.OpenStandardError();
        var runner = new RehearsalRunner(options, new JobStream(standardError), time);
        ExitCode verdict = Compare(options, runner, report);
        if (verdict == ExitCode.Success && !options.Keep) Directory.Delete(options.Scratch, recursive: true);
        else report.WriteLine($"the runs' files are in {options.Scratch}");
        return verdict;
    }

    private static ExitCode Compare(RehearsalOptions options, RehearsalRunner runner, TextWriter report)
    {
        report.WriteLine("rehearsal: the unbroken run");
        RehearsedRun unbroken = runner.Execute("unbroken", []);
        if (IsInterrupted(unbroken)) return Inconclusive(report, ExitCode.Interrupted, "interrupted");
        if (unbroken.Result.Outcome != JobOutcome.Succeeded)
            return Inconclusive(report, ExitCode.RehearsalInconclusive, $"the program does not end well even without a lost rank (exit code {unbroken.Result.ExitCode})");
        if (unbroken.Result.Commits == 0)
            return Inconclusive(report, ExitCode.RehearsalInconclusive, "the program reported no checkpoint, so every loss means starting over. Does it use ResilientJob or ResilientSession, and is its checkpoint interval short enough for this run?");
        foreach (string file in options.ResultFiles.Where(file => !unbroken.Files.ContainsKey(file)))
            return Inconclusive(report, ExitCode.ProgramMissing, $"--result: the unbroken run wrote no file {file}");

        PlannedKill[] kills = PlanKills(options.Kills, unbroken.Result.Commits, new Random(options.Job.Seed));
        if (kills.Length < options.Kills) report.WriteLine($"rehearsal: {unbroken.Result.Commits} commits leave room for {kills.Length} of {options.Kills} lost ranks");
        report.WriteLine($"rehearsal: the run with {kills.Length} lost ranks, after commits {string.Join(", ", kills.Select(kill => kill.AfterCommit))} (seed {options.Job.Seed})");
        RehearsedRun broken = runner.Execute("broken", kills, unbroken);
        if (IsInterrupted(broken)) return Inconclusive(report, ExitCode.Interrupted, "interrupted");
        if (broken.Result.Kills == 0) return Inconclusive(report, ExitCode.RehearsalInconclusive, "no rank could be killed after a commit");
        if (broken.Result.Restores == 0 && broken.Result.Outcome == JobOutcome.Succeeded && options.Job.Restore)
            report.WriteLine("note: no attempt reported that it went on from a checkpoint; the program started over each time");
        return Judge(options, runner, report, unbroken, broken);
    }

    private static ExitCode Judge(RehearsalOptions options, RehearsalRunner runner, TextWriter report, RehearsedRun unbroken, RehearsedRun broken)
    {
        RunComparison difference = RunComparison.Of(unbroken, broken, options);
        RunComparison? noise = null;
        if (!difference.IsEqual)
        {
            report.WriteLine("rehearsal: the results differ; a second unbroken run tells what differs anyway");
            RehearsedRun again = runner.Execute("again", []);
            if (IsInterrupted(again)) return Inconclusive(report, ExitCode.Interrupted, "interrupted");
            noise = RunComparison.Of(unbroken, again, options);
            difference = difference.Without(noise);
        }

        foreach (string suspect in SuspectUnion.Read(broken.Reports)) report.WriteLine(suspect);
        foreach (string path in broken.OpenFiles.Where(Path.IsPathRooted)) report.WriteLine($"note: {path} is written outside of the working directory and was not compared");
        if (noise is { IsEqual: false }) ReportNoise(report, noise);
        string losses = broken.Result.Kills == 1 ? "1 lost rank" : $"{broken.Result.Kills} lost ranks";
        if (difference.IsEqual)
        {
            string scope = noise is null ? "bit-identical" : "identical, apart from what differs without a loss too,";
            report.WriteLine($"verdict: {scope} after {losses}");
            return noise is { IsEqual: false } && !HasResults(unbroken, noise) ? ExitCode.RehearsalInconclusive : ExitCode.Success;
        }

        ReportDifference(report, difference, unbroken, broken);
        report.WriteLine($"verdict: DIFFERENT after {losses}");
        return ExitCode.RehearsalDiffers;
    }

    private static void ReportDifference(TextWriter report, RunComparison difference, RehearsedRun unbroken, RehearsedRun broken)
    {
        if (difference.ExitCode) report.WriteLine($"exit code: {unbroken.Result.ExitCode} unbroken, {broken.Result.ExitCode} with lost ranks");
        foreach (string path in difference.Files)
        {
            string open = broken.OpenFiles.Contains(path) ? ", and was open for writing at a commit" : "";
            string how = !unbroken.Files.ContainsKey(path) ? "was written only by the run with lost ranks"
                : !broken.Files.ContainsKey(path) ? "is missing after a restart"
                : "differs after a restart";
            report.WriteLine($"not protected: file {path} {how}{open}");
        }

        foreach (string line in difference.MissingLines.Take(DifferencesShownMax)) report.WriteLine($"  unbroken only:   {line}");
        foreach (string line in difference.ForeignLines.Take(DifferencesShownMax)) report.WriteLine($"  lost ranks only: {line}");
        if (difference.MissingLines.Count + difference.ForeignLines.Count > 0)
            report.WriteLine("  (lines of rank 0; --ignore-lines REGEX leaves out those that are no results)");
    }

    private static void ReportNoise(TextWriter report, RunComparison noise)
    {
        foreach (string path in noise.Files) report.WriteLine($"not reproducible: file {path} differs between two unbroken runs; not judged");
        foreach (string line in noise.MissingLines.Take(DifferencesShownMax)) report.WriteLine($"not reproducible: line '{line}' differs between two unbroken runs; not judged");
    }

    /// <summary>True if something is left to compare besides what differs anyway.</summary>
    private static bool HasResults(RehearsedRun unbroken, RunComparison noise) =>
        unbroken.Files.Keys.Except(noise.Files).Any() || unbroken.Lines.Except(noise.MissingLines).Any();

    /// <summary>Distinct commits at random, without the last one: the job might be over before the kill.</summary>
    private static PlannedKill[] PlanKills(int wanted, int commits, Random random)
    {
        int[] candidates = [.. Enumerable.Range(1, Math.Max(1, commits - 1))];
        random.Shuffle(candidates);
        return [.. candidates.Take(wanted).Order().Select(commit => new PlannedKill(commit, null))];
    }

    private static bool IsInterrupted(RehearsedRun run) => run.Result.Outcome is JobOutcome.Interrupted or JobOutcome.InterruptedSaved;

    private static ExitCode Inconclusive(TextWriter report, ExitCode code, string why)
    {
        report.WriteLine($"verdict: none: {why}");
        return code;
    }

    private static void Claim(string scratch)
    {
        try
        {
            if (Directory.CreateDirectory(scratch).EnumerateFileSystemInfos().Any())
                throw new ControlException(ExitCode.Usage, $"--scratch: {scratch} is not empty. Name a new directory, or empty it.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ControlException(ExitCode.Usage, $"--scratch: {scratch} cannot be made: {error.Message}", error);
        }
    }
}
