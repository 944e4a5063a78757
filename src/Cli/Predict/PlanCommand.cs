using System;
using System.CommandLine;
using System.IO;
using HpcVirt.Predictor.Data;
using HpcVirt.Predictor.Planning;

namespace HpcVirt.Cli.Predict;

/// <summary><c>hpcvirt plan</c>.</summary>
internal static class PlanCommand
{
    public static Command Create()
    {
        var command = new Command("plan", "How often to checkpoint, what will be wasted, and whether prediction pays; checked against a simulation of the job.");
        Option<TimeSpan?> mtbf = PredictOptions.Duration("--mtbf", "Mean time between failures of the whole job.");
        Option<TimeSpan?> checkpoint = PredictOptions.Duration("--checkpoint", "How long a checkpoint holds the job up.");
        Option<TimeSpan?> restart = PredictOptions.Duration("--restart", "How long a restart takes.");
        Option<TimeSpan?> downtime = PredictOptions.Duration("--downtime", "How long the job is down before a restart begins. Left out: 1m.");
        Option<TimeSpan?> migration = PredictOptions.Duration("--migration", "How long a move holds the job up. Left out: 30s.");
        foreach (Option<TimeSpan?> needed in (Option<TimeSpan?>[])[mtbf, checkpoint, restart]) needed.Required = true;
        var recall = new Option<double>("--recall") { Description = "The share of failures that are predicted in time; 0: no predictor.", HelpName = "SHARE" };
        var precision = new Option<double>("--precision") { Description = "The share of predictions that come true.", HelpName = "SHARE", DefaultValueFactory = _ => 1 };
        var svg = new Option<string?>("--svg") { Description = "Write a plot of waste over the interval there.", HelpName = "FILE" };
        Option<int> seed = PredictOptions.Seed();
        foreach (Option option in (Option[])[mtbf, checkpoint, restart, downtime, migration, recall, precision, svg, seed]) command.Options.Add(option);
        command.SetAction(parsed => PredictCommand.Run(() =>
        {
            var options = new PlanOptions
            {
                Mtbf = parsed.GetValue(mtbf)!.Value,
                Checkpoint = parsed.GetValue(checkpoint)!.Value,
                Restart = parsed.GetValue(restart)!.Value,
                Recall = parsed.GetValue(recall),
                Precision = parsed.GetValue(precision),
                Seed = parsed.GetValue(seed),
            };
            options = options with { Downtime = parsed.GetValue(downtime) ?? options.Downtime, Migration = parsed.GetValue(migration) ?? options.Migration };
            CheckpointPlan plan = CheckpointPlan.Make(options);
            Console.Out.WriteLine($"{"rule",-12} {"interval",10} {"waste",8} {"simulated",10} {"+- error",9}");
            foreach (PlanLine line in plan.Lines)
                Console.Out.WriteLine($"{line.Rule,-12} {DurationText.Format(TimeSpan.FromSeconds(Math.Round(line.Interval.TotalSeconds))),10} {line.Waste,8:P2} {line.SimulatedWaste,10:P2} {1.96 * line.StandardError,9:P2}");
            string verdict = options.Recall == 0 ? "no predictor was given"
                : plan.PredictionPays ? $"prediction pays: moves are worth it above a precision of {plan.BreakEvenPrecision:P1}"
                : $"prediction does not pay here: it takes a precision above {plan.BreakEvenPrecision:P1}";
            Console.Out.WriteLine($"checkpoint every {DurationText.Format(TimeSpan.FromSeconds(Math.Round(plan.Best.Interval.TotalSeconds)))} ({plan.Best.Rule}); {verdict}");
            if (parsed.GetValue(svg) is { } file) File.WriteAllText(file, plan.ToSvg() + "\n");
            return 0;
        }));
        return command;
    }
}
