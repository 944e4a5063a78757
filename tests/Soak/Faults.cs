using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;

namespace HpcVirt.Soak;

/// <summary>What a fault asks of the job.</summary>
/// <param name="What">What was done.</param>
/// <param name="Victim">A rank whose place somebody else takes, or 0: it has to be gone when the fault is undone.</param>
/// <param name="EndsSupervisor">Whether the supervisor ends, and the job is to be started again.</param>
/// <param name="Undo">What ends the fault; null when there is nothing to end.</param>
internal sealed record Fault(string What, int Victim = 0, bool EndsSupervisor = false, Action? Undo = null);

/// <summary>The faults, chosen and carried out.</summary>
internal sealed class Faults(SoakJob job, SoakHosts hosts, Random random)
{
    private static readonly string[] Kinds =
    [
        "kill-rank", "kill-rank", "kill-rank", "stop-rank", "pause-rank", "cut", "cut", "blink", "kill-host", "drain", "drain", "slow", "lossy", "fill-disk", "checkpoint-now",
        "kill-supervisor", "terminate", "kill-two-ranks", "move", "move",
    ];

    private readonly HashSet<string> _out = [];

    /// <summary>Faults that cannot be had here, with the reason; empty when all can.</summary>
    public string LeftOut { get; } = hosts.CanShape() ? "" : "slow and lossy links (missing capability: tc netem)";

    /// <summary>Hurts the job in a way that is possible now.</summary>
    public Fault Next()
    {
        while (true)
        {
            string kind = Kinds[random.Next(Kinds.Length)];
            if ((kind == "move" && !job.IsRepairedInJob) || (kind is "slow" or "lossy" && LeftOut.Length > 0)) continue;
            if (Do(kind) is { } fault) return fault;
        }
    }

    private Fault? Do(string kind)
    {
        JobEvent[] ranks = job.Ranks();
        JobEvent? rank = ranks.Length == 0 ? null : ranks[random.Next(ranks.Length)];
        string host = SoakHosts.All[random.Next(SoakHosts.All.Length)];
        int victim = ranks.FirstOrDefault(r => r.Host == host)?.Pid ?? 0;
        string who = rank is null ? "" : $"rank {rank.Rank} on host {rank.Host}";
        switch (kind)
        {
            case "kill-rank" when rank is not null:
                Signal("KILL", rank.Pid);
                return new Fault($"kills {who}", rank.Pid);
            case "kill-two-ranks" when ranks.Length > 1:
                foreach (JobEvent one in ranks.Take(2)) Signal("KILL", one.Pid);
                return new Fault("kills two ranks at once", ranks[0].Pid);
            case "stop-rank" when rank is not null:
                Signal("STOP", rank.Pid);
                return new Fault($"stops {who}", rank.Pid, Undo: () => Signal("CONT", rank.Pid));
            case "pause-rank" when rank is not null:
                Signal("STOP", rank.Pid);
                Thread.Sleep(TimeSpan.FromSeconds(1 + random.NextDouble()));
                Signal("CONT", rank.Pid);
                return new Fault($"pauses {who} for a second or two");
            case "cut" or "kill-host" or "drain" when _out.Count == SoakHosts.Spare.Length:
                // With fewer hosts the job would end, and rightly so.
                return null;
            case "cut":
                _out.Add(host);
                hosts.Do("cut", host);
                return new Fault($"cuts host {host} off", victim, Undo: () => Return(host));
            case "blink":
                hosts.Do("cut", host);
                Thread.Sleep(TimeSpan.FromSeconds(0.2 + random.NextDouble()));
                hosts.Do("heal", host);
                return new Fault($"cuts host {host} off for about a second");
            case "kill-host":
                _out.Add(host);
                hosts.Do("kill", host);
                return new Fault($"kills host {host}", victim, Undo: () => Return(host));
            case "drain":
                if (job.Operate("drain", host) is { } refusal) return new Fault($"drains host {host}, refused: {refusal}");
                _out.Add(host);
                return new Fault($"drains host {host}", victim, Undo: () => Return(host));
            case "slow":
                hosts.Do("shape", host, "delay", "40ms", "10ms");
                return new Fault($"makes host {host} slow", Undo: () => hosts.Do("shape", host, "none"));
            case "lossy":
                hosts.Do("shape", host, "loss", "3%");
                return new Fault($"makes host {host} lose 3 % of its packets", Undo: () => hosts.Do("shape", host, "none"));
            case "fill-disk":
                hosts.FillDisk();
                Thread.Sleep(TimeSpan.FromSeconds(random.NextDouble() * 2));
                hosts.FreeDisk();
                return new Fault("fills the checkpoints' disk for a moment");
            case "checkpoint-now":
                return new Fault(job.Operate("checkpoint-now") is { } no ? $"asks for a checkpoint, refused: {no}" : "asks for a checkpoint");
            case "kill-supervisor" when job.SupervisorPid() is > 0 and var pid:
                Signal("KILL", pid);
                return new Fault("kills the supervisor", EndsSupervisor: true);
            case "terminate" when job.SupervisorPid() is > 0 and var pid && rank is not null:
                Signal("TERM", pid);
                return new Fault("asks the job to stop (SIGTERM)", EndsSupervisor: true);
            case "move" when rank is not null && SoakHosts.All.Where(name => ranks.All(r => r.Host != name)).ToArray() is { Length: > 0 } free:
                host = free[random.Next(free.Length)];
                return new Fault(job.Operate("move", $"{rank.Rank}", host) is { } not ? $"moves rank {rank.Rank} to host {host}, refused: {not}" : $"moves rank {rank.Rank} to host {host}");
            default:
                return null;
        }
    }

    private void Return(string host)
    {
        _out.Remove(host);
        hosts.Do("heal", host);
        job.Operate("undrain", host);
    }

    /// <summary>A process that ended a moment ago is as dead as one that is killed.</summary>
    private static void Signal(string signal, int pid)
    {
        try
        {
            SoakHosts.Run("kill", ["-" + signal, pid.ToString(CultureInfo.InvariantCulture)]);
        }
        catch (InvalidOperationException)
        {
        }
    }
}
