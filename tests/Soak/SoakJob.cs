using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;

namespace HpcVirt.Soak;

/// <summary>The job under <c>hpcvirt run</c>, started again whenever the supervisor has ended, and what its event logs tell.</summary>
internal sealed class SoakJob(string tool, string stencil, SoakHosts hosts, string strategy, string scratch) : IDisposable
{
    private static readonly string[] Plate = ["--rows", "240", "--columns", "200", "--checksum"];

    private static readonly string[] NotOurs = ["ompi.", "dotnet-diagnostic-", "clr-debug-pipe-"];

    private readonly StringBuilder _said = new();
    private Process? _supervisor;
    private long _readUpTo;
    private List<JobEvent> _events = [];

    /// <summary>How often a supervisor was started.</summary>
    public int Starts { get; private set; }

    public bool HasEnded => _supervisor is null || _supervisor.HasExited;

    public bool IsRepairedInJob => strategy != "relaunch";

    public string Said
    {
        get
        {
            lock (_said) return _said.ToString();
        }
    }

    private string Log => Path.Combine(scratch, $"events-{Starts}");

    /// <summary>What the tool and the library have left where things live as long as a job. Of killed processes, the launcher and the runtime leave things of their own.</summary>
    public string[] Leavings() =>
        [.. Directory.GetFileSystemEntries(Temporary).Select(static path => Path.GetFileName(path)).Where(static name => !NotOurs.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))];

    private string Temporary => Directory.CreateDirectory(Path.Combine(scratch, "tmp")).FullName;

    /// <summary>Starts the job, or goes on with it.</summary>
    public void Start(long steps, int delayMs)
    {
        Starts++;
        (_readUpTo, _events) = (0, []);
        string[] command =
        [
            .. hosts.Inside(SoakHosts.Head), "dotnet", tool, "run", "-n", "4", "--mpi", "openmpi", "--hosts", string.Join(',', SoakHosts.Regular), "--spares", string.Join(',', SoakHosts.Spare),
            "--restarts", "100000", "--silence-timeout", "4", "--checkpoints", Path.Combine(hosts.Shared, "checkpoints"), "--json-log", Log, "--launcher-args", hosts.LauncherArguments,
            "--strategy", strategy, .. strategy == "spawn" ? (string[])["--warm-spares"] : strategy == "standby" ? ["--standbys", "2"] : [],
            "--", stencil, .. Plate, "--steps", $"{steps}", "--step-delay-ms", $"{delayMs}", "--result", ResultOf("hurt"),
        ];
        var start = new ProcessStartInfo("bash", command) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["HPCVIRT_INTERVAL"] = "300ms";
        start.Environment["TMPDIR"] = start.Environment["XDG_RUNTIME_DIR"] = Temporary;
        _supervisor = Process.Start(start)!;
        _supervisor.OutputDataReceived += Note;
        _supervisor.ErrorDataReceived += Note;
        _supervisor.BeginOutputReadLine();
        _supervisor.BeginErrorReadLine();
    }

    /// <summary>The same steps on one rank that nobody hurts.</summary>
    public void RunUnbroken(long steps) => SoakHosts.Run("dotnet", [stencil, .. Plate, "--steps", $"{steps}", "--result", ResultOf("unbroken")]);

    public bool IsBitIdentical() => File.ReadAllBytes(ResultOf("hurt")).AsSpan().SequenceEqual(File.ReadAllBytes(ResultOf("unbroken")));

    /// <summary>The events of this start of the supervisor so far.</summary>
    public IReadOnlyList<JobEvent> Events()
    {
        if (!File.Exists(Log)) return _events;
        using var file = new FileStream(Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Position = _readUpTo;
        using var reader = new StreamReader(file);
        string text = reader.ReadToEnd();

        // The last line may be under way.
        int whole = text.LastIndexOf('\n') + 1;
        _readUpTo += Encoding.UTF8.GetByteCount(text.AsSpan(0, whole));
        foreach (string line in text[..whole].Split('\n', StringSplitOptions.RemoveEmptyEntries)) _events.Add(JobEvent.Parse(line));
        return _events;
    }

    /// <summary>The ranks that are alive as far as is known: the last process that connected as each.</summary>
    public JobEvent[] Ranks()
    {
        IReadOnlyList<JobEvent> events = Events();
        int attempt = events.Where(static e => e.Name == "attempt-started").Select(static e => e.Attempt).LastOrDefault();
        return [.. events.Where(e => e.Name == "rank-connected" && e.Attempt == attempt).GroupBy(static e => e.Rank).Select(static g => g.Last()).Where(static e => IsAlive(e.Pid))];
    }

    /// <summary>An operator's verb against the job; its first line of an error, or null.</summary>
    public string? Operate(params string[] words)
    {
        if (Events().FirstOrDefault(static e => e.Name == "job-started") is not { } started) return "no job has started";
        try
        {
            _ = SoakHosts.Run("env", [$"TMPDIR={Temporary}", $"XDG_RUNTIME_DIR={Temporary}", "dotnet", tool, .. words, "--job", started.Job]);
            return null;
        }
        catch (InvalidOperationException refusal)
        {
            return refusal.Message.Trim().Split("hpcvirt: ")[^1];
        }
    }

    /// <summary>The supervisor itself, not the process that holds its namespace.</summary>
    public int SupervisorPid()
    {
        string id = File.ReadAllText(Path.Combine(scratch, "cluster", "id")).Trim();
        string[] pids = SoakHosts.Run("ip", ["netns", "pids", $"{id}-{SoakHosts.Head}"]).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return pids.Select(int.Parse).FirstOrDefault(pid => CommandOf(pid) is { } command && command.Contains(tool + "\0run", StringComparison.Ordinal) && command.StartsWith("dotnet", StringComparison.Ordinal));
    }

    /// <summary>Waits for the supervisor's end.</summary>
    /// <returns>Its exit code, or null when it did not end in time.</returns>
    public int? AwaitEnd(TimeSpan deadline)
    {
        if (!_supervisor!.WaitForExit(deadline)) return null;
        _supervisor.WaitForExit(TimeSpan.FromSeconds(5));
        return _supervisor.ExitCode;
    }

    public static bool IsAlive(int pid)
    {
        try
        {
            string status = File.ReadAllText($"/proc/{pid}/stat");
            return status[(status.LastIndexOf(')') + 2)..][0] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }

    public void Dispose() => _supervisor?.Dispose();

    private static string? CommandOf(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline");
        }
        catch (IOException)
        {
            return null;
        }
    }

    private string ResultOf(string which) => Path.Combine(scratch, which + ".bin");

    private void Note(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null) return;
        lock (_said) _said.AppendLine(line.Data);
    }
}

/// <summary>One line of the supervisor's event log.</summary>
internal sealed record JobEvent(string Name, DateTimeOffset Time, int Attempt, int Rank, int Pid, string Host, long Step, string Job)
{
    public static JobEvent Parse(string line)
    {
        JsonElement e = JsonDocument.Parse(line).RootElement;
        return new JobEvent(
            e.GetProperty("event").GetString()!, e.GetProperty("time").GetDateTimeOffset(), (int)Number("attempt"), (int)Number("rank"), (int)Number("pid"), Text("host"), Number("step"), Text("job"));

        long Number(string name) => e.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : -1;
        string Text(string name) => e.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
    }
}
