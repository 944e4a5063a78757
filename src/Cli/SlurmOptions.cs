using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.Linq;
using HpcVirt.Control;
using HpcVirt.Control.Launchers;
using HpcVirt.Control.Schedulers;
using HpcVirt.Control.Supervision;

namespace HpcVirt.Cli;

/// <summary>What <c>run</c> takes from the Slurm job that it is in, for whatever was not said on the command line, and which signals stop it.</summary>
internal sealed class SlurmOptions
{
    private readonly Option<string?> _stopOn = new("--stop-on")
    {
        Description = "Signals that stop the job with a checkpoint, besides SIGTERM, SIGINT and SIGHUP: USR1, USR2, both with a comma, or none. Left out: USR1 within a Slurm job, else none.",
        HelpName = "SIGNALS",
    };

    public Option[] All => [_stopOn];

    public SupervisorOptions Read(ParseResult parsed, SupervisorOptions options, SlurmAllocation? allocation)
    {
        options = options with { StopOn = parsed.GetValue(_stopOn) is { } signals ? ReadSignals(signals) : allocation is null ? [] : [UserSignal.User1] };
        if (allocation is null) return options;
        bool shields = DaemonShield.IsAvailable();
        var origins = new List<string>();
        if (options.Hosts.Count == 0)
        {
            options = options with { Hosts = allocation.Place(options.Plan.Ranks) };
            string hosts = options.Hosts.Count == 0 ? "this host" : string.Join(", ", options.Hosts.Select(static h => $"{h.Name}:{h.Slots}"));
            origins.Add($"Slurm job {allocation.JobId}{Restarted(allocation)}: {options.Plan.Ranks} ranks on {hosts}, from SLURM_JOB_NODELIST={allocation.Nodes}");
        }
        else
        {
            origins.Add($"Slurm job {allocation.JobId}{Restarted(allocation)}: hosts from --hosts, not from SLURM_JOB_NODELIST={allocation.Nodes}");
        }

        if (options.Hosts.Count > 0 && !shields)
            origins.Add("Slurm's notice of a preemption ends the ranks on other hosts before they can save: this env has no --block-signal (coreutils 8.31). `#SBATCH --signal=B:USR1@120` comes here only");
        if (options.WallTimeEnd is null && Environment.GetEnvironmentVariable("HPCVIRT_WALLTIME_END") is null or "")
        {
            options = options with { WallTimeEnd = allocation.End ?? SlurmController.EndOf(allocation.JobId) };
            origins.Add(options.WallTimeEnd is { } end
                ? string.Create(CultureInfo.InvariantCulture, $"Slurm ends this job at {end:u}, says {(allocation.End is null ? "squeue" : "SLURM_JOB_END_TIME")}: it stops in time before, with a checkpoint")
                : "Slurm does not say when this job ends; --walltime does");
        }

        return options with { Origins = origins, Plan = options.Plan with { IsWithinSlurm = true, ShieldsDaemons = shields } };
    }

    private static string Restarted(SlurmAllocation allocation) => allocation.Restarts > 0 ? $" (restart {allocation.Restarts})" : "";

    private static UserSignal[] ReadSignals(string text) => text == "none"
        ? []
        :
        [
            .. text.Split(',', StringSplitOptions.TrimEntries).Select(static name => name.ToUpperInvariant() switch
            {
                "USR1" or "SIGUSR1" => UserSignal.User1,
                "USR2" or "SIGUSR2" => UserSignal.User2,
                _ => throw new ControlException(ExitCode.Usage, $"--stop-on: '{name}' is unknown. There are USR1, USR2 and none; SIGTERM, SIGINT and SIGHUP always stop."),
            }),
        ];
}
