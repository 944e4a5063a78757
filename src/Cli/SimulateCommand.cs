using System;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Text.Json;
using HpcVirt.Control;
using HpcVirt.Simulation.Runs;
using HpcVirt.Simulation.Scale;

namespace HpcVirt.Cli;

/// <summary><c>hpcvirt simulate quiesce</c>.</summary>
internal static class SimulateCommand
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Command Create() => new("simulate", Texts.Simulate) { CreateQuiesce() };

    private static Command CreateQuiesce()
    {
        var command = new Command("quiesce", Texts.SimulateQuiesce);
        var ranks = new Option<int>("--ranks", "-n") { Description = "Number of ranks, up to 1,048,576.", HelpName = "N", DefaultValueFactory = _ => 4096 };
        var seed = new Option<long>("--seed") { Description = "The seed: the same one gives the same job.", HelpName = "S", DefaultValueFactory = _ => 1 };
        var traffic = new Option<Traffic>("--traffic") { Description = "neighbours, random or farm.", HelpName = "KIND", DefaultValueFactory = _ => Traffic.Neighbours };
        var dimensions = new Option<int>("--dimensions") { Description = "Of the neighbours' torus: 1, 2 or 3.", HelpName = "D", DefaultValueFactory = _ => 2 };
        var attempts = new Option<int>("--attempts") { Description = "Most attempts to fall silent.", HelpName = "K", DefaultValueFactory = _ => 3 };
        var json = new Option<string?>("--json") { Description = "Write the numbers to this file.", HelpName = "FILE" };
        var replay = new Option<long?>("--replay") { Description = "Instead: replay the small random job of a seed, with all checkers, and tell what they find.", HelpName = "SEED" };
        var scale = new Option<bool>("--scale") { Description = "Instead: 64 to 1,048,576 ranks, a table and a plot." };
        var most = new Option<int>("--most") { Description = "With --scale: the most ranks.", HelpName = "N", DefaultValueFactory = _ => ScaleSeries.RanksMax };
        var output = new Option<string>("--out") { Description = "With --scale: the directory of the table and the plot.", HelpName = "DIR", DefaultValueFactory = _ => "." };
        foreach (Option option in (Option[])[ranks, seed, traffic, dimensions, attempts, json, replay, scale, most, output]) command.Options.Add(option);
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(replay) is { } replayed) return Replay(replayed);
            var setup = new ScaleSetup
            {
                Ranks = Within(parsed.GetValue(ranks), 1, ScaleSeries.RanksMax, "--ranks"),
                Seed = parsed.GetValue(seed),
                Traffic = parsed.GetValue(traffic),
                Dimensions = Within(parsed.GetValue(dimensions), 1, 3, "--dimensions"),
                Attempts = Within(parsed.GetValue(attempts), 1, 1000, "--attempts"),
            };
            return parsed.GetValue(scale)
                ? Measure(setup, Within(parsed.GetValue(most), ScaleSeries.RanksMin, ScaleSeries.RanksMax, "--most"), parsed.GetValue(output)!)
                : Simulate(setup, parsed.GetValue(json));
        });
        return command;
    }

    private static int Within(int value, int least, int most, string option) =>
        value >= least && value <= most ? value : throw new ControlException(ExitCode.Usage, $"{option} must be from {least} to {most}, not {value}.");

    private static int Simulate(ScaleSetup setup, string? json)
    {
        ScaleResult result = SimulationProgress.Run(setup);
        Console.WriteLine($"ranks                 {result.Ranks.ToString("N0", CultureInfo.InvariantCulture)}, {result.Traffic}, seed {result.Seed}");
        Console.WriteLine($"silent                {(result.IsSilent ? $"yes, in attempt {result.Attempts}" : $"no, after {result.Attempts} attempt(s)")}");
        Console.WriteLine($"rounds                {result.Rounds}");
        Console.WriteLine($"messages per rank     {result.MessagesPerRankMedian} median, {result.MessagesPerRankMax} max");
        Console.WriteLine($"bytes per rank        {result.BytesPerRankMedian} median, {result.BytesPerRankMax} max");
        Console.WriteLine($"captured messages     {result.CapturedMessages.ToString("N0", CultureInfo.InvariantCulture)}");
        Console.WriteLine($"simulated time        {result.ArrivalToSilenceUs:F1} us from the first arrival to silence, {result.LastArrivalToSilenceUs:F1} us from the last");
        Console.WriteLine($"events                {result.Events.ToString("N0", CultureInfo.InvariantCulture)}");
        Console.WriteLine($"checkers              {result.Verdict}");
        foreach (string finding in result.Findings) Console.WriteLine($"  {finding}");
        if (json is not null) File.WriteAllText(json, JsonSerializer.Serialize(result, Indented) + "\n");
        return (int)(result.Findings.Count == 0 ? ExitCode.Success : ExitCode.ProgramFailed);
    }

    private static int Measure(ScaleSetup setup, int most, string directory)
    {
        bool isGood = ScaleSeries.Write(setup, most, directory, SimulationProgress.Run);
        return (int)(isGood ? ExitCode.Success : ExitCode.ProgramFailed);
    }

    private static int Replay(long seed)
    {
        JobSetup setup = Scenario.Of(seed);
        SeedResult result = SeedRun.Of(setup);
        Console.WriteLine($"seed {seed}: {setup.Program.GetType().Name} on {setup.Program.Ranks} rank(s), {(setup.Program.IsNumbered ? "numbered" : "unnumbered")} safe points, {setup.Requests.Count} request(s), {setup.Objections.Count} objection(s), {(setup.Kill is { } kill ? $"rank {kill.Rank} killed" : "no kill")}");
        foreach (Simulation.Checkers.AttemptRecord attempt in result.Disturbed.Attempts)
            Console.WriteLine($"  attempt {attempt.Attempt}: {(attempt.IsSilent ? $"silent, {attempt.CapturedMessages} captured" : $"not silent, {Math.Max(0, attempt.Noes)} no(es)")}");
        Console.WriteLine($"  the job: {result.Disturbed.End}{(result.IsRestarted ? ", and restarted from its last cut" : "")}");
        foreach (string finding in result.Findings) Console.WriteLine($"  {finding}");
        Console.WriteLine(result.IsGood ? "  no fault found" : $"  {result.Findings.Count} fault(s) found");
        return (int)(result.IsGood ? ExitCode.Success : ExitCode.ProgramFailed);
    }
}
