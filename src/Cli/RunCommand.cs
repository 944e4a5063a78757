using System;
using System.CommandLine;
using System.Linq;
using HpcVirt.Control.Schedulers;
using HpcVirt.Control.Supervision;

namespace HpcVirt.Cli;

/// <summary><c>hpcvirt run</c>.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var command = new Command("run", Texts.Run);
        var job = new JobOptions(command);
        var checkpoints = new Option<string?>("--checkpoints") { Description = "Directory of the checkpoints. Left out: the program decides.", HelpName = "DIR" };
        var kills = new Option<string[]>("--rehearse-kill") { Description = "SIGKILL a rank just after commit N: a random one, or RANK. May be given several times.", HelpName = "N[@RANK]", DefaultValueFactory = _ => [] };
        var jsonLog = new Option<string?>("--json-log") { Description = "Write the events of the job to FILE, one JSON object per line.", HelpName = "FILE" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Print the launcher's command and environment, and start nothing." };
        var halt = new StopOptions();
        var slurm = new SlurmOptions();
        foreach (Option option in (Option[])[checkpoints, kills, jsonLog, dryRun, .. halt.All, .. slurm.All]) command.Options.Add(option);
        command.SetAction(parsed =>
        {
            SlurmAllocation? allocation = SlurmAllocation.Read(Environment.GetEnvironmentVariable);
            SupervisorOptions options = job.Read(parsed, allocation) with
            {
                Checkpoints = JobOptions.FullPath(parsed.GetValue(checkpoints)),
                Kills = [.. parsed.GetValue(kills)!.Select(PlannedKill.Parse)],
            };
            options = slurm.Read(parsed, halt.Read(parsed, options, TimeProvider.System), allocation);
            if (parsed.GetValue(dryRun))
            {
                Console.Out.WriteLine(SupervisedJob.DryRun(options).ToShell());
                return 0;
            }

            return SupervisedJob.Run(options, parsed.GetValue(jsonLog), TimeProvider.System).ExitCode;
        });
        return command;
    }
}
