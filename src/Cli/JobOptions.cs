using System;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using HpcVirt.Control;
using HpcVirt.Control.Launchers;
using HpcVirt.Control.Schedulers;
using HpcVirt.Control.Supervision;

namespace HpcVirt.Cli;

/// <summary>The options that <c>run</c> and <c>rehearse</c> share, and their translation into the supervisor's.</summary>
internal sealed class JobOptions
{
    private const int JobIdBytes = 6;

    private readonly Option<int?> _ranks = new("-n", "--ranks") { Description = "Number of ranks. `run` takes it from a Slurm job that asked for tasks, if it is left out.", HelpName = "N" };
    private readonly Option<string> _mpi = new("--mpi") { Description = "Which MPI: auto, openmpi or mpich. auto takes HPCVIRT_MPI if it is set, else what is installed.", HelpName = "MPI", DefaultValueFactory = _ => "auto" };
    private readonly Option<string?> _hosts = new("--hosts") { Description = "Hosts for the ranks, each with an optional number of them: a,b:2", HelpName = "LIST" };
    private readonly Option<string?> _spares = new("--spares") { Description = "Hosts that take ranks when others are lost or drained: e,f:2", HelpName = "LIST" };
    private readonly Option<bool> _warmSpares = new("--warm-spares") { Description = "With --strategy spawn: reach spares at the first start already, so that `hpcvirt move` can use them." };
    private readonly Option<string> _strategy = new("--strategy")
    {
        Description = "What to do about a lost rank. relaunch: end the others and launch the job anew. spawn: the others take in a replacement and begin anew from the newest checkpoint, in the same processes "
            + "(Open MPI 4; where that fails, relaunch). ulfm: the same with the MPI's own fault tolerance (Open MPI 5). standby: the same with processes that were started with the job and wait; only a program within ResilientJob.Run can wait. "
            + "sessions: a lost rank is answered as by relaunch; but while the job is held it has no MPI links at all, and it opens new ones when it is released (MPICH 4.2).",
        HelpName = "relaunch|spawn|ulfm|standby|sessions",
        DefaultValueFactory = _ => "relaunch",
    };

    private readonly Option<int> _standbys = new("--standbys") { Description = "With --strategy standby: how many processes wait for the place of a lost rank, on the spares, or on this host without --hosts.", HelpName = "N", DefaultValueFactory = _ => 1 };
    private readonly Option<int?> _ranksMin = new("--min-ranks") { Description = "Go on with as few ranks as this when hosts are missing; the program must be able to restart on another number. Left out: all are needed.", HelpName = "N" };
    private readonly Option<double> _hostTimeout = new("--host-timeout") { Description = "Seconds after which a host that acknowledges nothing is lost.", HelpName = "SECONDS", DefaultValueFactory = _ => 3 };
    private readonly Option<double> _silenceTimeout = new("--silence-timeout") { Description = "With --hosts: seconds after which a rank that says nothing is taken for stopped, and ended.", HelpName = "SECONDS", DefaultValueFactory = _ => 10 };
    private readonly Option<string> _launcherArguments = new("--launcher-args") { Description = "Arguments passed through to mpirun or mpiexec.", HelpName = "ARGS", DefaultValueFactory = _ => "" };
    private readonly Option<int> _restarts = new("--restarts") { Description = "Most relaunches.", HelpName = "K", DefaultValueFactory = _ => 10 };
    private readonly Option<double> _stopTimeout = new("--stop-timeout") { Description = "Seconds that a job has to save a checkpoint and end after Ctrl-C or SIGTERM.", HelpName = "SECONDS", DefaultValueFactory = _ => 60 };
    private readonly Option<double?> _stallTimeout = new("--stall-timeout") { Description = "End and relaunch an attempt whose ranks report no new step for so many seconds. Left out: never.", HelpName = "SECONDS" };
    private readonly Option<int?> _seed = new("--seed") { Description = "Seed of the pauses' jitter and of rehearsed kills. Left out: a new one, which is printed.", HelpName = "SEED" };
    private readonly Option<bool> _noRestore = new("--no-restore") { Description = "Start afresh in every attempt, even if there is a checkpoint (a negative control)." };
    private readonly Argument<string[]> _program = new("PROGRAM ARGS") { Description = "After `--`: an executable, or a .dll that dotnet runs, and its arguments.", Arity = ArgumentArity.OneOrMore };

    public JobOptions(Command command)
    {
        foreach (Option option in (Option[])[_ranks, _mpi, _hosts, _spares, _ranksMin, _strategy, _standbys, _warmSpares, _hostTimeout, _silenceTimeout, _launcherArguments, _restarts, _stopTimeout, _stallTimeout, _seed, _noRestore]) command.Options.Add(option);
        command.Arguments.Add(_program);
    }

    /// <param name="parsed">The command line.</param>
    /// <param name="allocation">The Slurm job that this process is in and may take what is missing from; null for none.</param>
    public SupervisorOptions Read(ParseResult parsed, SlurmAllocation? allocation)
    {
        // Without the separator a program's `-n 5` would silently become ours.
        if (!parsed.Tokens.Any(token => token.Type == TokenType.DoubleDash)) throw new ControlException(ExitCode.Usage, Texts.HowToSeparate);
        string[] words = parsed.GetValue(_program)!;
        int ranks = parsed.GetValue(_ranks) ?? allocation?.Tasks
            ?? throw new ControlException(ExitCode.Usage, allocation is null ? "-n is missing: the number of ranks." : "-n is missing: the number of ranks. The Slurm job was not asked for tasks (--ntasks), which would be taken.");
        MpiLauncher launcher = LauncherChoice.Choose(parsed.GetValue(_mpi)!, Environment.GetEnvironmentVariable);
        string strategy = parsed.GetValue(_strategy)!;
        if (strategy is not ("relaunch" or "spawn" or "ulfm" or "standby" or "sessions")) throw new ControlException(ExitCode.Usage, $"--strategy: '{strategy}' is unknown; there are relaunch, spawn, ulfm, standby and sessions.");
        int standbys = strategy == "standby" ? parsed.GetValue(_standbys) : 0;
        if (strategy == "standby" && standbys < 1) throw new ControlException(ExitCode.Usage, $"--standbys: with {standbys} nobody would wait; give at least 1.");
        if (strategy != "standby" && parsed.GetResult(_standbys) is { Implicit: false }) throw new ControlException(ExitCode.Usage, "--standbys needs --strategy standby.");
        ProgramCommand program = ProgramCommand.Resolve(words[0], words[1..], Environment.GetEnvironmentVariable);
        return new SupervisorOptions
        {
            Launcher = launcher,
            Plan = new JobPlan(ranks, program) { LauncherArguments = ArgumentLine.Split(parsed.GetValue(_launcherArguments)!) },
            Hosts = parsed.GetValue(_hosts) is { } hosts ? HostList.Parse(hosts, ranks) : [],
            Spares = parsed.GetValue(_spares) is { } spares ? HostList.Parse(spares, 1) : [],
            RanksMin = parsed.GetValue(_ranksMin),
            WarmSpares = parsed.GetValue(_warmSpares),
            RepairsInJob = strategy is not ("relaunch" or "sessions"),
            UsesUlfm = strategy == "ulfm",
            UsesSessions = strategy == "sessions",
            SessionsTrial = strategy == "sessions" ? TrySessionsCommand.AsProgram : null,
            Standbys = standbys,
            HostTimeout = TimeSpan.FromSeconds(parsed.GetValue(_hostTimeout)),
            SilenceTimeout = TimeSpan.FromSeconds(parsed.GetValue(_silenceTimeout)),
            // Random, for it names the job's processes and its directory among all jobs of the host.
            JobId = RandomNumberGenerator.GetHexString(2 * JobIdBytes, lowercase: true),
            Seed = parsed.GetValue(_seed) ?? RandomNumberGenerator.GetInt32(int.MaxValue),
            RestartsMax = parsed.GetValue(_restarts),
            StopTimeout = TimeSpan.FromSeconds(parsed.GetValue(_stopTimeout)),
            StallTimeout = parsed.GetValue(_stallTimeout) is { } stall ? TimeSpan.FromSeconds(stall) : null,
            Restore = !parsed.GetValue(_noRestore),
        };
    }

    public static string? FullPath(string? path) => string.IsNullOrEmpty(path) ? path : Path.GetFullPath(path);
}
