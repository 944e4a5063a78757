using System;
using System.CommandLine;
using System.IO;
using HpcVirt.Control.Rehearsal;
using HpcVirt.Control.Supervision;

namespace HpcVirt.Cli;

/// <summary><c>hpcvirt rehearse</c>.</summary>
internal static class RehearseCommand
{
    public static Command Create()
    {
        var command = new Command("rehearse", Texts.Rehearse);
        var job = new JobOptions(command);
        var kills = new Option<int>("--kills") { Description = "Ranks to lose, each after another commit.", HelpName = "K", DefaultValueFactory = _ => 2 };
        var results = new Option<string[]>("--result") { Description = "Compare this file, relative to the working directory, and no others. May be given several times.", HelpName = "FILE", DefaultValueFactory = _ => [] };
        var ignored = new Option<string[]>("--ignore-lines") { Description = "Do not compare lines that match: times, dates. May be given several times.", HelpName = "REGEX", DefaultValueFactory = _ => [] };
        var empty = new Option<bool>("--empty") { Description = "Begin each run in an empty working directory instead of a copy of this one." };
        var scratch = new Option<string?>("--scratch") { Description = "Directory for the runs. Left out: a new one below the directory for temporary files.", HelpName = "DIR" };
        var keep = new Option<bool>("--keep") { Description = "Keep the runs' files even if the results are equal." };
        foreach (Option option in (Option[])[kills, results, ignored, empty, scratch, keep]) command.Options.Add(option);
        command.SetAction(parsed =>
        {
            SupervisorOptions supervised = job.Read(parsed, allocation: null);
            var options = new RehearsalOptions
            {
                Job = supervised,
                Kills = parsed.GetValue(kills),
                ResultFiles = parsed.GetValue(results)!,
                IgnoredLines = parsed.GetValue(ignored)!,
                CopyOf = parsed.GetValue(empty) ? null : Directory.GetCurrentDirectory(),
                Scratch = JobOptions.FullPath(parsed.GetValue(scratch)) ?? Path.Combine(Path.GetTempPath(), "hpcvirt-rehearsal-" + supervised.JobId),
                Keep = parsed.GetValue(keep),
            };
            return (int)JobRehearsal.Run(options, Console.Out, TimeProvider.System);
        });
        return command;
    }
}
