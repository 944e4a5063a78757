using System;
using System.Collections.Generic;
using System.IO;
using HpcVirt.Control.Channel;
using HpcVirt.Control.Launchers;
using HpcVirt.Control.Processes;
using HpcVirt.Control.Supervision;

namespace HpcVirt.Control.Rehearsal;

/// <summary>Executes the runs of a rehearsal, each in a directory of its own: work, checkpoints, reports, output.</summary>
internal sealed class RehearsalRunner(RehearsalOptions options, JobStream errors, TimeProvider time)
{
    public RehearsedRun Execute(string name, IReadOnlyList<PlannedKill> kills, RehearsedRun? reference = null)
    {
        string place = Path.Combine(options.Scratch, name);
        string work = Path.Combine(place, "work");
        string checkpoints = Directory.CreateDirectory(Path.Combine(place, "checkpoints")).FullName;
        string reports = Directory.CreateDirectory(Path.Combine(place, "reports")).FullName;
        string output = Path.Combine(place, "stdout");
        WorkingCopy copy = WorkingCopy.Create(work, options.CopyOf, options.Scratch, options.CopyBytesMax);
        var openFiles = new OpenFileWatch(work, [place]);
        SupervisorOptions job = options.Job with
        {
            Plan = options.Job.Plan with { TagOutput = true },
            JobId = options.Job.JobId + name[0],
            Checkpoints = checkpoints,
            RehearsalDirectory = reports,
            RehearsalReference = reference?.Reports,
            WorkingDirectory = work,
            Kills = kills,
            RestartsMax = Math.Max(options.Job.RestartsMax, kills.Count),
        };
        SupervisorResult result;
        using (FileStream stdout = File.Create(output))
        {
            var context = new SupervisorContext(time, Environment.GetEnvironmentVariable, new JobStream(stdout), errors, Events: null);
            using var supervisor = new Supervisor(job, context);
            using var signals = new StopSignals(supervisor.Post, []);
            supervisor.Ranks.NewCommit += _ =>
            {
                foreach (RankPeer rank in supervisor.Ranks.Connected()) openFiles.Look(rank.ProcessId);
            };
            result = supervisor.Run();
        }

        return new RehearsedRun(result, LinesOfRankZero(output, job.Launcher), copy.Changes(), openFiles.Paths, work, reports);
    }

    private static List<string> LinesOfRankZero(string path, MpiLauncher launcher)
    {
        var lines = new List<string>();
        foreach (string line in File.ReadLines(path))
            if (launcher.TryReadTag(line, out int rank, out string text) && rank == 0) lines.Add(text);
        return lines;
    }
}
