using System;
using System.CommandLine;
using System.Diagnostics;
using System.IO;
using System.Linq;
using HpcVirt.Predictor;
using HpcVirt.Predictor.Data;
using HpcVirt.Predictor.Evaluation;
using HpcVirt.Predictor.ModelFile;
using HpcVirt.Predictor.Training;

namespace HpcVirt.Cli.Predict;

/// <summary><c>hpcvirt predict train</c>.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var command = new Command("train", PredictTexts.Train);
        Argument<string> directory = PredictOptions.Directory();
        Option<TimeSpan?> horizon = PredictOptions.Duration("--horizon", "How far ahead. Left out: 24h.");
        var further = new Option<string[]>("--also-horizon") { Description = "A further horizon to give a risk for. May be given several times.", HelpName = "DURATION", DefaultValueFactory = _ => [] };
        Option<TimeSpan?> lead = PredictOptions.Duration("--lead", "The least warning that is of use. Left out: as dataset.json says, else 15m.");
        var engine = new Option<string>("--engine") { Description = "auto, mlnet, xgboost or managed.", HelpName = "ENGINE", DefaultValueFactory = _ => "auto" };
        var algorithm = new Option<string?>("--algorithm") { Description = "An algorithm of the engine. Left out: the search decides.", HelpName = "NAME" };
        var outFile = new Option<string>("--out") { Description = "The model file.", HelpName = "FILE", Required = true };
        Option<string?> from = PredictOptions.From(), to = PredictOptions.To(), period = PredictOptions.Period();
        var search = new Option<int>("--search") { Description = "How many settings are tried.", HelpName = "N", DefaultValueFactory = _ => new TrainingOptions().Search };
        var rows = new Option<int>("--rows") { Description = "The most rows to train on.", HelpName = "N", DefaultValueFactory = _ => new TrainingOptions().RowsMax };
        var noRefit = new Option<bool>("--no-refit") { Description = "Keep the model that was calibrated, instead of fitting again on all of the period." };
        var budget = new Option<double?>("--alert-budget") { Description = "Set the threshold to the most failures caught with at most so many migrations per node and month.", HelpName = "N" };
        var byCost = new Option<bool>("--by-cost") { Description = "Set the threshold to the most node-hours saved." };
        var schema = new Option<string?>("--schema") { Description = "A feature schema of one's own.", HelpName = "FILE" };
        Option<int[]> folds = PredictOptions.Folds();
        Option<int> seed = PredictOptions.Seed();
        Option<bool> strict = PredictOptions.Strict();
        Option<string?> zone = PredictOptions.Zone();
        command.Arguments.Add(directory);
        foreach (Option option in (Option[])[horizon, further, lead, engine, algorithm, outFile, from, to, period, search, rows, noRefit, budget, byCost, schema, folds, seed, strict, zone]) command.Options.Add(option);
        command.SetAction(parsed => PredictCommand.Run(() =>
        {
            long started = Stopwatch.GetTimestamp();
            var options = new TrainingOptions
            {
                Horizon = parsed.GetValue(horizon) ?? TimeSpan.FromHours(24),
                FurtherHorizons = [.. parsed.GetValue(further)!.Select(static t => DurationText.Parse(t, "--also-horizon"))],
                Lead = parsed.GetValue(lead),
                Engine = parsed.GetValue(engine)!,
                Algorithm = parsed.GetValue(algorithm),
                From = parsed.GetValue(from),
                To = parsed.GetValue(to),
                Period = parsed.GetValue(period),
                Search = parsed.GetValue(search),
                RowsMax = parsed.GetValue(rows),
                Refits = !parsed.GetValue(noRefit),
                AlertBudget = parsed.GetValue(budget),
                Costs = parsed.GetValue(byCost) ? new CostModel() : null,
                SchemaJson = parsed.GetValue(schema) is { } file ? File.ReadAllText(file) : null,
                Seed = parsed.GetValue(seed),
            };
            string target = parsed.GetValue(outFile)!;
            FailurePredictor predictor = Bars.Run(tell =>
            {
                if (TableTrainer.IsTable(parsed.GetValue(directory)!))
                    return TableTrainer.Train(parsed.GetValue(directory)!, parsed.GetValue(folds)!, options, AllEngines.List, parsed.GetValue(strict), tell);
                using var dataset = HealthDataset.Open(parsed.GetValue(directory)!, PredictOptions.Dataset(parsed, strict, zone), tell);
                FailurePredictor trained = PredictorTrainer.Train(dataset, options, AllEngines.List, tell);
                foreach (string line in dataset.Reports.SelectMany(static r => r.Describe())) Console.Error.WriteLine($"hpcvirt: {line}");
                return trained;
            });
            PredictorFile.Save(predictor, target);
            Console.Out.WriteLine(predictor.Describe());
            Console.Out.WriteLine($"{target}: {new FileInfo(target).Length} bytes, trained in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");
            return 0;
        }));
        return command;
    }
}
