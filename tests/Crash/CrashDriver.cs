using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
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
    private long _promised;
    private int _meaningful;
    private volatile bool _saidWrong;
    private volatile bool _saidRefused;
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

        // Whoever ends the fuzz must not leave a job behind that restarts a million times.
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Abandon);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Abandon);
        using var hungUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Abandon);
        output.WriteLine($"seed {seed}, {ranks} ranks, redundancy {scheme}");
        try
        {
            Launch();
            List<(int Rank, int Pid, long Step)> now = Await(0) ?? throw new InvalidOperationException($"the job does not start:\n{Said()}");
            for (int kill = 0; kill < kills; kill++)
            {
                // Some while the job comes up, most while it checkpoints back to back: a kill before the first commit tests little.
                if (_random.Next(4) != 0) AwaitCommitBeyond(now[0].Step);
                Thread.Sleep(KillWithin * _random.NextDouble());

                // A promise stands over all starts, those of a new supervisor too.
                _promised = long.Max(_promised, NewestCommit());
                if (_promised > now[0].Step) _meaningful++;
                int starts = Starts();
                string victim = Kill(now);
                if (Await(starts) is not { } next)
                {
                    Judge();
                    output.WriteLine($"kill {kill + 1} ({victim}): did not come back\n{Said()}");
                    End();
                    Launch();
                    next = Await(Starts() / ranks * ranks) ?? throw new InvalidOperationException($"the job does not start again:\n{Said()}");
                    now = next;
                    continue;
                }

                now = next;
                bool isLost = now.Any(r => r.Step < _promised);
                if (_saidWrong || _saidRefused)
                {
                    // A later start has put it right, but this one was wrong all the same.
                    Judge();
                    output.WriteLine($"kill {kill + 1} ({victim}): a start failed before the one that came back\n{Said()}");
                }
                else if (isLost)
                {
                    _lost++;
                    output.WriteLine($"kill {kill + 1} ({victim}): came back at {now[0].Step}, promised was {_promised}");
                }
                else
                {
                    _ok++;
                }

                if ((kill + 1) % 50 == 0) output.WriteLine($"{kill + 1} kills, at step {now[0].Step}, step {_promised} had been promised");
            }

            // Without this the verdict would be as good for a job that never checkpoints.
            output.WriteLine($"in {_meaningful} of {kills} kills the start had committed something before; step {_promised} had been promised at the end");
            output.WriteLine($"{kills} kills: {_ok} ok, {_lost} lost, {_refused} refused, {_hung} hung, {_wrong} wrong");
            return _ok == kills && _meaningful * 2 > kills ? 0 : 1;
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
        if (line.Contains("WRONG", StringComparison.Ordinal)) _saidWrong = true;
        if (line.Contains("none verifies", StringComparison.Ordinal)) _saidRefused = true;
        lock (_random) File.AppendAllText(Words, line + "\n");
    }

    private string Said() => File.Exists(Words) ? string.Join('\n', File.ReadLines(Words).TakeLast(30)) : "";

    private void Abandon(PosixSignalContext context)
    {
        End();
        Directory.Delete(_root, recursive: true);
        System.Environment.Exit(128 + (context.Signal switch { PosixSignal.SIGINT => 2, PosixSignal.SIGHUP => 1, _ => 15 }));
    }

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

    /// <summary>Waits until this start has committed something; what becomes of a start that never does is for the next to judge.</summary>
    private void AwaitCommitBeyond(long step)
    {
        long startedAt = Stopwatch.GetTimestamp();
        while (NewestCommit() <= step && Stopwatch.GetElapsedTime(startedAt) < HangAfter) Thread.Sleep(5);
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
            if (!line.EndsWith('}') || !line.Contains("\"checkpoint-committed\"", StringComparison.Ordinal)) continue;
            using var json = JsonDocument.Parse(line);
            if (json.RootElement.TryGetProperty("step", out JsonElement step) && step.ValueKind == JsonValueKind.Number) newest = long.Max(newest, step.GetInt64());
        }

        return newest;
    }

    /// <summary>What is wrong with a start that did not come back, or not at once.</summary>
    private void Judge()
    {
        if (_saidWrong) _wrong++;
        else if (_saidRefused || _supervisor!.HasExited) _refused++;
        else _hung++;
        _saidWrong = _saidRefused = false;
    }
}
