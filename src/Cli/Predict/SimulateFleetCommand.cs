using System;
using System.CommandLine;
using HpcVirt.Predictor.Simulation;

namespace HpcVirt.Cli.Predict;

/// <summary><c>hpcvirt predict simulate</c>.</summary>
internal static class SimulateFleetCommand
{
    public static Command Create()
    {
        var command = new Command("simulate", "Makes the health data of a fleet that never was, with the best score that anybody can reach on it.");
        Argument<string> directory = new("DIR") { Description = "The folder to write to; made if need be." };
        var nodes = new Option<int>("--nodes") { Description = "The number of nodes.", HelpName = "N", DefaultValueFactory = _ => 120 };
        Option<TimeSpan?> span = PredictOptions.Duration("--span", "How long the fleet is watched. Left out: 240d.");
        Option<TimeSpan?> interval = PredictOptions.Duration("--interval", "Time between readings. Left out: 1h.");
        Option<TimeSpan?> horizon = PredictOptions.Duration("--horizon", "The horizon that periods and oracle are made for. Left out: 24h.");
        Option<int> seed = PredictOptions.Seed();
        command.Arguments.Add(directory);
        foreach (Option option in (Option[])[nodes, span, interval, horizon, seed]) command.Options.Add(option);
        command.SetAction(parsed => PredictCommand.Run(() =>
        {
            var usual = new FleetOptions();
            FleetOptions options = usual with
            {
                Nodes = parsed.GetValue(nodes),
                Span = parsed.GetValue(span) ?? usual.Span,
                Interval = parsed.GetValue(interval) ?? usual.Interval,
                Horizon = parsed.GetValue(horizon) ?? usual.Horizon,
                Seed = parsed.GetValue(seed),
            };
            string target = parsed.GetValue(directory)!;
            (long readings, int failures) = Bars.Run(tell => FleetSimulator.Run(target, options, share => tell("simulate", share)));
            Console.Out.WriteLine($"{target}: {options.Nodes} nodes, {options.Span.TotalDays:0.#} days, {readings} readings, {failures} failures (seed {options.Seed})");
            return 0;
        }));
        return command;
    }
}
