using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;

namespace HpcVirt.Control.Ranks;

/// <summary>The simplest checkpoint that is right: a file per rank, and a commit by rank 0 when all of them are there.</summary>
internal sealed class CheckpointFiles(string directory, int rank, int size)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public (long Step, long Sum)? Newest()
    {
        // A rank that was killed while committing leaves the temporary name behind.
        long[] steps = [.. Directory.GetFiles(directory, "committed-*").Where(path => !path.EndsWith(".tmp", StringComparison.Ordinal)).Select(path => long.Parse(Path.GetFileName(path)["committed-".Length..], CultureInfo.InvariantCulture))];
        if (steps.Length == 0) return null;
        long step = steps.Max();
        return (step, long.Parse(File.ReadAllText(Shard(step, rank)), CultureInfo.InvariantCulture));
    }

    /// <summary>Saves and waits for the commit. Returns what rank 0 decided: whether all stop here.</summary>
    public bool Commit(long step, long sum, bool stop)
    {
        Write(Shard(step, rank), sum.ToString(CultureInfo.InvariantCulture));
        string committed = Path.Combine(directory, FormattableString.Invariant($"committed-{step}"));
        if (rank == 0)
        {
            Await(() => Enumerable.Range(0, size).All(other => File.Exists(Shard(step, other))));
            Write(committed, stop ? "stop" : "go");
        }

        Await(() => File.Exists(committed));
        return File.ReadAllText(committed) == "stop";
    }

    private string Shard(long step, int ofRank) => Path.Combine(directory, FormattableString.Invariant($"shard-{step}-{ofRank}"));

    private static void Write(string path, string content)
    {
        File.WriteAllText(path + ".tmp", content);
        File.Move(path + ".tmp", path, overwrite: true);
    }

    private static void Await(Func<bool> condition)
    {
        long begin = TimeProvider.System.GetTimestamp();
        using var pause = new ManualResetEventSlim();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(begin) > Deadline) throw new TimeoutException("the other ranks did not reach the checkpoint");
            pause.Wait(1);
        }
    }
}
