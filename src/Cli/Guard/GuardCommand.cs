using System;
using System.CommandLine;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Cli.Predict;
using HpcVirt.Cli.VirtualMachines;
using HpcVirt.Control;
using HpcVirt.Control.Guard;
using HpcVirt.Control.Guard.Configuration;
using HpcVirt.Predictor;
using HpcVirt.Predictor.ModelFile;

namespace HpcVirt.Cli.Guard;

/// <summary><c>hpcvirt guard</c>.</summary>
internal static class GuardCommand
{
    public static Command Create()
    {
        var config = new Option<string>("--config") { Description = "The guard's configuration.", HelpName = "FILE", Required = true, Recursive = true };
        var check = new Option<bool>("--check") { Description = "Read the configuration and what it names, and end." };
        Option<bool> dryRun = VmOptions.DryRun();
        var standby = new Option<bool>("--standby") { Description = "While another guard leads, wait instead of ending." };
        var command = new Command("guard", GuardTexts.Guard) { config, check, dryRun, standby };
        command.SetAction(parsed => Run(() => Guard(parsed.GetValue(config)!, parsed.GetValue(check), parsed.GetValue(dryRun), parsed.GetValue(standby))));
        command.Subcommands.Add(Outcomes(config));
        command.Subcommands.Add(Checked(config));
        return command;
    }

    /// <summary>What the predictor or the hypervisor refuses is told in one line, with the exit code that fits it.</summary>
    private static int Run(Action verb) => PredictCommand.Run(() => VmCommand.Run(_ =>
    {
        verb();
        return Task.CompletedTask;
    }));

    private static void Guard(string file, bool isCheck, bool isDryRun, bool isStandby)
    {
        GuardConfig config = GuardConfig.Load(file);
        FailurePredictor predictor = PredictorFile.Load(config.Model, AllEngines.List);
        if (isCheck)
        {
            Console.Out.WriteLine($"{file} is right: {config.Describe(predictor)}");
            return;
        }

        using var stop = new CancellationTokenSource();
        using var signals = new EndSignals(stop);
        new GuardService(config, predictor, Console.Out.WriteLine, TimeProvider.System).RunAsync(isDryRun, isStandby, stop.Token).GetAwaiter().GetResult();
    }

    private static Command Outcomes(Option<string> config)
    {
        var json = new Option<bool>("--json") { Description = "Print JSON instead of a table." };
        var command = new Command("outcomes", "Lists alarms and what became of them, with precision and recall so far. A guard may be running meanwhile.") { json };
        command.SetAction(parsed => Run(() =>
        {
            GuardReport report = GuardReport.Read(GuardConfig.Load(parsed.GetValue(config)!));
            if (parsed.GetValue(json)) VmCommand.Print(Json(report));
            else Tell(report);
        }));
        return command;
    }

    private static void Tell(GuardReport report)
    {
        if (report.Alarms.Count > 0)
        {
            VmCommand.Print(
                report.Alarms.Select(static alarm => (string[])[$"{alarm.Case}", alarm.Host, alarm.AlertedAt.ToString("u"), $"{alarm.MovedGuests}", alarm.Outcome, alarm.IsRight switch { true => "right", false => "false", _ => "" }]),
                "case", "host", "alert", "moved", "outcome", "alarm");
        }

        Console.Out.WriteLine($"{report.Alarms.Count} alarms: {report.Right} right, {report.False} false, {report.Alarms.Count - report.Right - report.False} open; {report.Missed} failures missed");
        Console.Out.WriteLine($"precision {Share(report.Precision)}, recall {Share(report.Recall)}");
    }

    private static string Share(double? share) => share is { } known ? known.ToString("P1") : "not known yet";

    private static JsonObject Json(GuardReport report) => new()
    {
        ["right"] = report.Right,
        ["false"] = report.False,
        ["missed"] = report.Missed,
        ["precision"] = report.Precision,
        ["recall"] = report.Recall,
        ["alarms"] = new JsonArray([
            .. report.Alarms.Select(static alarm => (JsonNode)new JsonObject
            {
                ["case"] = alarm.Case, ["host"] = alarm.Host, ["alertedAt"] = alarm.AlertedAt.ToString("O"), ["outcome"] = alarm.Outcome, ["isRight"] = alarm.IsRight, ["movedGuests"] = alarm.MovedGuests,
            }),
        ]),
    };

    private static Command Checked(Option<string> config)
    {
        var host = new Argument<string>("HOST") { Description = "The host that was looked at." };
        var verdict = new Argument<string>("VERDICT") { Description = "healthy or faulty." };
        var by = new Option<string>("--by") { Description = "Who has looked. Left out: the user.", HelpName = "NAME", DefaultValueFactory = _ => Environment.UserName };
        var command = new Command("checked", "Says what you found when you looked at HOST after an alarm. Counts for precision and recall, and ends what is still being done there if it is healthy.") { host, verdict, by };
        command.SetAction(parsed => Run(() =>
        {
            bool isFaulty = parsed.GetValue(verdict) switch
            {
                "faulty" => true,
                "healthy" => false,
                var other => throw new ControlException(ExitCode.Usage, $"'{other}' is no verdict: say healthy or faulty."),
            };
            AdminWords.SayChecked(GuardConfig.Load(parsed.GetValue(config)!), parsed.GetValue(host)!, isFaulty, parsed.GetValue(by)!, TimeProvider.System);
            Console.Out.WriteLine("noted; the guard takes it in at its next judgement");
        }));
        return command;
    }
}
