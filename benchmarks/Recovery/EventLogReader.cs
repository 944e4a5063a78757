using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;

namespace HpcVirt.Benchmarks.Recovery;

/// <summary>One line of the supervisor's log.</summary>
internal sealed record Event(DateTimeOffset Time, string Name, int Attempt, int Pid, double Seconds);

/// <summary>Follows the supervisor's log, with a deadline on every wait.</summary>
internal sealed class EventLogReader(string path, Process job, TimeSpan deadline)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits for a commit of an attempt that goes on from here, and returns its number.</summary>
    public int AwaitCommitted()
    {
        int attempt = Newest();
        int commits = Read().Count(e => e.Attempt == attempt && e.Name == "checkpoint-committed");
        Await(attempt, "checkpoint-committed", commits + 1);
        return attempt;
    }

    /// <summary>The ranks of an attempt.</summary>
    public Event[] Connected(int attempt) => Of(attempt, "rank-connected");

    /// <summary>Waits until an event has happened so many times in an attempt.</summary>
    public Event[] Await(int attempt, string name, int count)
    {
        long startedAt = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(startedAt) < deadline)
        {
            Event[] found = Of(attempt, name);
            if (found.Length >= count) return found;
            if (job.HasExited) throw new InvalidOperationException($"the job ended with {job.ExitCode} while '{name}' was awaited; {path} says why");
            Thread.Sleep(Interval);
        }

        throw new TimeoutException($"'{name}' did not happen {count} times in attempt {attempt}; {path} says what did");
    }

    /// <summary>The job's id.</summary>
    public string JobId
    {
        get
        {
            AwaitNext("job-started", 0);
            using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            return JsonDocument.Parse(reader.ReadLine()!).RootElement.GetProperty("job").GetString()!;
        }
    }

    /// <summary>How often something has happened so far.</summary>
    public int Count(string name) => Read().Count(e => e.Name == name);

    /// <summary>Waits until something has happened once more than so often, and returns that time.</summary>
    public Event AwaitNext(string name, int before)
    {
        long startedAt = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(startedAt) < deadline)
        {
            Event[] found = [.. Read().Where(e => e.Name == name)];
            if (found.Length > before) return found[before];
            if (job.HasExited) throw new InvalidOperationException($"the job ended with {job.ExitCode} while '{name}' was awaited; {path} says why");
            Thread.Sleep(Interval);
        }

        throw new TimeoutException($"'{name}' did not happen again; {path} says what did");
    }

    /// <summary>The ranks of an attempt that were not lost since they connected, in the order of their connecting.</summary>
    public Event[] Living(int attempt)
    {
        HashSet<int> lost = [.. Of(attempt, "rank-lost").Select(static e => e.Pid)];
        return [.. Connected(attempt).Where(e => !lost.Contains(e.Pid))];
    }

    /// <summary>The attempt that runs.</summary>
    public int Newest()
    {
        Await(1, "attempt-started", 1);
        return Read().Max(static e => e.Attempt);
    }

    private Event[] Of(int attempt, string name) => [.. Read().Where(e => e.Attempt == attempt && e.Name == name)];

    private Event[] Read()
    {
        if (!File.Exists(path)) return [];
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));

        // The last line may be under way.
        return [.. reader.ReadToEnd().Split('\n').SkipLast(1).Select(static line => JsonDocument.Parse(line).RootElement).Select(static e => new Event(
            e.GetProperty("time").GetDateTimeOffset(), e.GetProperty("event").GetString()!,
            e.TryGetProperty("attempt", out JsonElement attempt) ? attempt.GetInt32() : 0,
            e.TryGetProperty("pid", out JsonElement pid) ? pid.GetInt32() : 0,
            e.TryGetProperty("seconds", out JsonElement seconds) ? seconds.GetDouble() : 0))];
    }
}
