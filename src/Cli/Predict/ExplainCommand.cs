using System;
using System.CommandLine;
using System.Linq;
using HpcVirt.Predictor;
using HpcVirt.Predictor.Data;
using HpcVirt.Predictor.Explaining;
using HpcVirt.Predictor.ModelFile;

namespace HpcVirt.Cli.Predict;

/// <summary><c>hpcvirt predict explain</c>.</summary>
internal static class ExplainCommand
{
    public static Command Create()
    {
        var command = new Command("explain", "Says in words why a node's risk at a time is what it is.");
        Argument<string> directory = PredictOptions.Directory();
        Option<string> model = PredictOptions.Model();
        var node = new Option<string>("--node") { Description = "The node.", HelpName = "NODE", Required = true };
        var at = new Option<string>("--at") { Description = "The time; later rows are not looked at.", HelpName = "TIME", Required = true };
        var top = new Option<int>("--top") { Description = "How many reasons.", HelpName = "N", DefaultValueFactory = _ => 5 };
        Option<bool> strict = PredictOptions.Strict();
        Option<string?> zone = PredictOptions.Zone();
        command.Arguments.Add(directory);
        foreach (Option option in (Option[])[model, node, at, top, strict, zone]) command.Options.Add(option);
        command.SetAction(parsed => PredictCommand.Run(() =>
        {
            FailurePredictor predictor = PredictorFile.Load(parsed.GetValue(model)!, AllEngines.List);
            Explanation explanation = Bars.Run(tell =>
            {
                using var dataset = HealthDataset.Open(parsed.GetValue(directory)!, PredictOptions.Dataset(parsed, strict, zone), tell);
                return Explanation.At(predictor, dataset, parsed.GetValue(node)!, parsed.GetValue(at)!);
            });
            string risks = string.Join(", ", explanation.RisksByHorizon.Select(static r => $"{r.Risk:P1} within {DurationText.Format(r.Horizon)}"));
            Console.Out.WriteLine($"node {parsed.GetValue(node)} at {parsed.GetValue(at)}: {risks}{(explanation.Risk >= predictor.Threshold ? " (ALERT)" : "")}");
            foreach (Reason reason in explanation.Reasons.Take(parsed.GetValue(top))) Console.Out.WriteLine($"  {reason.Contribution,7:+0.00;-0.00}  {reason.Words}");
            double rest = explanation.Reasons.Skip(parsed.GetValue(top)).Sum(static r => r.Contribution);
            Console.Out.WriteLine($"  {rest,7:+0.00;-0.00}  all other features");
            Console.Out.WriteLine($"  {explanation.Bias,7:+0.00;-0.00}  where every node starts");
            Console.Out.WriteLine($"  {explanation.Margin,7:+0.00;-0.00}  together, in log-odds before calibration");
            return 0;
        }));
        return command;
    }
}
