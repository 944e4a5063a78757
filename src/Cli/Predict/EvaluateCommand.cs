using System;
using System.CommandLine;
using System.IO;
using System.Linq;
using HpcVirt.Predictor;
using HpcVirt.Predictor.Data;
using HpcVirt.Predictor.Evaluation;
using HpcVirt.Predictor.ModelFile;
using HpcVirt.Predictor.Training;

namespace HpcVirt.Cli.Predict;

/// <summary><c>hpcvirt predict evaluate</c>.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        var command = new Command("evaluate", PredictTexts.Evaluate);
        Argument<string> directory = PredictOptions.Directory();
        Option<string> model = PredictOptions.Model();
        Option<string?> from = PredictOptions.From(), to = PredictOptions.To(), period = PredictOptions.Period();
        var points = new Option<string?>("--points") { Description = "A CSV of node and time: the points to predict.", HelpName = "FILE" };
        var predictions = new Option<string?>("--predictions") { Description = "Where their risks go: node, time, risk.", HelpName = "FILE" };
        var json = new Option<string?>("--json") { Description = "Write the report there as JSON.", HelpName = "FILE" };
        var html = new Option<string?>("--html") { Description = "Write the report there as one page that needs nothing beside it.", HelpName = "FILE" };
        var replicates = new Option<int>("--replicates") { Description = "How many times nodes are drawn for the intervals; 0: no intervals.", HelpName = "N", DefaultValueFactory = _ => 200 };
        var atPrecision = new Option<double?>("--at-precision") { Description = "Also tell the event recall at this migration precision.", HelpName = "SHARE" };
        Option<int[]> folds = PredictOptions.Folds();
        Option<int> seed = PredictOptions.Seed();
        Option<bool> strict = PredictOptions.Strict();
        Option<string?> zone = PredictOptions.Zone();
        command.Arguments.Add(directory);
        foreach (Option option in (Option[])[model, from, to, period, points, predictions, json, html, replicates, atPrecision, folds, seed, strict, zone]) command.Options.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetValue(points) is null != (result.GetValue(predictions) is null)) result.AddError("--points and --predictions go together.");
        });
        command.SetAction(parsed => PredictCommand.Run(() => Bars.Run(tell =>
        {
            FailurePredictor predictor = PredictorFile.Load(parsed.GetValue(model)!, AllEngines.List);
            if (TableTrainer.IsTable(parsed.GetValue(directory)!))
            {
                foreach (string line in TableTrainer.Evaluate(predictor, parsed.GetValue(directory)!, parsed.GetValue(folds)!)) Console.Out.WriteLine(line);
                return 0;
            }

            using var dataset = HealthDataset.Open(parsed.GetValue(directory)!, PredictOptions.Dataset(parsed, strict, zone), tell);
            if (parsed.GetValue(points) is { } wanted)
            {
                int count = PointPredictions.Write(predictor, dataset, wanted, parsed.GetValue(predictions)!, tell);
                Console.Out.WriteLine($"{parsed.GetValue(predictions)}: the risks of {count} points within {DurationText.Format(predictor.Horizon)}");
                return 0;
            }

            var options = new EvaluationOptions
            {
                From = parsed.GetValue(from),
                To = parsed.GetValue(to),
                Period = parsed.GetValue(period),
                Replicates = parsed.GetValue(replicates),
                Seed = parsed.GetValue(seed),
                AtPrecision = parsed.GetValue(atPrecision),
            };
            PredictorEvaluation evaluation = PredictorEvaluation.Run(predictor, dataset, options, tell);
            foreach (string line in dataset.Reports.SelectMany(static r => r.Describe())) Console.Error.WriteLine($"hpcvirt: {line}");
            if (parsed.GetValue(json) is { } jsonFile) File.WriteAllText(jsonFile, evaluation.ToJson());
            if (parsed.GetValue(html) is { } htmlFile) File.WriteAllText(htmlFile, evaluation.ToHtml());
            foreach (string line in evaluation.ToText()) Console.Out.WriteLine(line);
            return 0;
        })));
        return command;
    }
}
