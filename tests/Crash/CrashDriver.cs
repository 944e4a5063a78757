using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;

namespace HpcVirt.Crash;

/// <summary>
/// Starts the job under the supervisor, kills a rank, all ranks, or the supervisor at random instants, and judges each return: at least at the
/// last step that was reported as committed, every value right, no refusal, no hang.
/// </summary>
internal sealed class CrashDriver(string tool, int kills, string scheme, int ranks, int seed)
{
    private static readonly TimeSpan HangAfter = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan KillWithin = TimeSpan.FromMilliseconds(400);

    private readonly Random _random = new(seed);
    private readonly string _root = Path.Combine("/dev/shm", $"hpcvirt-fuzz-{System.Environment.ProcessId}");
    private Process? _supervisor;
    private int _launch;
    private int _ok;
    private int _lost;
    private int _refused;
    private int _hung;
    private int _wrong;

    private string Log => Path.Combine(_root, "log");

    private string Events => Path.Combine(_root, $"events-{_launch}");

    private string Words => Path.Combine(_root, "words");

    public int Run(TextWriter output)
    {
        Directory.CreateDirectory(_root);
        output.WriteLine($"seed {seed}, {ranks} ranks, redundancy {scheme}");
        try
        {
            Launch();
            List<(int Rank, int Pid, long Step)> now = Await(0) ?? throw new InvalidOperationException($"the job does not start:\n{Said()}");
            for (int kill = 0; kill < kills; kill++)
            {
                Thread.Sleep(KillWithin * _random.NextDouble());
                long promised = NewestCommit();
                int starts = Starts();
                string victim = Kill(now);
                if (Await(starts) is not { } next)
                {
                    Judge(victim);
                    output.WriteLine($"kill {kill + 1} ({victim}): did not come back\n{Said()}");
                    End();
                    Launch();
                    next = Await(Starts() / ranks * ranks) ?? throw new InvalidOperationException($"the job does not start again:\n{Said()}");
                    now = next;
                    continue;
                }

                now = next;
                if (now.All(r => r.Step >= promised)) _ok++;
                else _lost++;
                if (now.Any(r => r.Step < promised)) output.WriteLine($"kill {kill + 1} ({victim}): came back at {now[0].Step}, promised was {promised}");
                if ((kill + 1) % 50 == 0 || kill + 1 == kills) output.WriteLine($"{kill + 1} kills, at step {now[0].Step}, step {promised} had been promised");
            }

            output.WriteLine($"{kills} kills: {_ok} ok, {_lost} lost, {_refused} refused, {_hung} hung, {_wrong} wrong");
            return _ok == kills ? 0 : 1;
        }
        finally
        {
            End();
            Directory.Delete(_root, recursive: true);
        }
    }

    private void Launch()
    {
        _launch++;
        var start = new ProcessStartInfo("dotnet", [
            tool, "run", "-n", $"{ranks}", "--restarts", "1000000", "--mpi", "openmpi", "--seed", $"{seed + _launch}", "--json-log", Events,
            "--launcher-args", "--oversubscribe --bind-to none --mca mpi_yield_when_idle 1",
            "--", System.Environment.ProcessPath!, "rank", Log])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HPCVIRT_MEMORY"] = Path.Combine(_root, "node-{rank}");
        start.Environment["HPCVIRT_REDUNDANCY"] = scheme;
        _supervisor = Process.Start(start)!;
        _supervisor.OutputDataReceived += (_, line) => Keep(line.Data);
        _supervisor.ErrorDataReceived += (_, line) => Keep(line.Data);
        _supervisor.BeginOutputReadLine();
        _supervisor.BeginErrorReadLine();
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_random) File.AppendAllText(Words, line + "\n");
    }

    private string Said() => File.Exists(Words) ? string.Join('\n', File.ReadLines(Words).TakeLast(30)) : "";

    private void End()
    {
        if (_supervisor is not { HasExited: false }) return;
        _supervisor.Kill(entireProcessTree: true);
        _supervisor.WaitForExit();
    }

    /// <summary>Kills and returns in words whom.</summary>
    private string Kill(List<(int Rank, int Pid, long Step)> now)
    {
        int dice = _random.Next(10);
        if (dice == 0)
        {
            _supervisor!.Kill();
            _supervisor.WaitForExit();
            Launch();
            return "the supervisor";
        }

        int first = _random.Next(ranks);
        int count = dice <= 2 ? ranks : 1;
        for (int i = 0; i < count; i++) KillRank(now[(first + i) % ranks].Pid);
        return count == 1 ? $"rank {first}" : "all ranks";
    }

    private static void KillRank(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            process.Kill();
        }
        catch (ArgumentException)
        {
            // It fell with the one killed before it.
        }
    }

    private int Starts() => File.Exists(Log) ? File.ReadLines(Log).Count() : 0;

    /// <summary>Waits until all ranks of a start have said that their values are right; null if that does not happen.</summary>
    private List<(int Rank, int Pid, long Step)>? Await(int startsBefore)
    {
        long startedAt = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(startedAt) < HangAfter)
        {
            if (_supervisor!.HasExited) return null;
            List<(int Rank, int Pid, long Step)> all = [.. (File.Exists(Log) ? File.ReadAllLines(Log) : []).Skip(startsBefore)
                .Select(static l => l.Split(' ')).Where(static f => f.Length == 3).Select(static f => (int.Parse(f[0]), int.Parse(f[1]), long.Parse(f[2])))];
            var newest = all.AsEnumerable().Reverse().DistinctBy(static r => r.Rank).OrderBy(static r => r.Rank).ToList();
            if (newest.Count == ranks && newest.All(r => r.Step == newest[0].Step && IsAlive(r.Pid))) return newest;
            Thread.Sleep(5);
        }

        return null;
    }

    private static bool IsAlive(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private long NewestCommit()
    {
        long newest = 0;
        if (!File.Exists(Events)) return newest;
        using var reader = new StreamReader(new FileStream(Events, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        while (reader.ReadLine() is { } line)
        {
            if (!line.EndsWith('}') || !line.Contains("commit", StringComparison.OrdinalIgnoreCase)) continue;
            using var json = JsonDocument.Parse(line);
            if (json.RootElement.TryGetProperty("step", out JsonElement step) && step.ValueKind == JsonValueKind.Number) newest = long.Max(newest, step.GetInt64());
        }

        return newest;
    }

    /// <summary>Why a start did not come back.</summary>
    private void Judge(string victim)
    {
        string said = File.Exists(Words) ? File.ReadAllText(Words) : "";
        if (said.Contains("WRONG", StringComparison.Ordinal)) _wrong++;
        else if (said.Contains("none verifies", StringComparison.Ordinal) || _supervisor!.HasExited) _refused++;
        else _hung++;
        _ = victim;
        File.Delete(Words);
    }
}
