using System;
using System.Linq;
using System.Threading;

namespace HpcVirt.Checkpoint.Tests;

/// <summary>Runs a body on each rank of a thread group, and gives back what each returned or threw.</summary>
internal static class Job
{
    public static Ended<T>[] Run<T>(int ranks, Func<ICheckpointGroup, T> body)
    {
        var group = new ThreadGroup(ranks);
        var ended = new Ended<T>[ranks];
        Thread[] threads = [.. Enumerable.Range(0, ranks).Select(rank => new Thread(() =>
        {
            try
            {
                ended[rank] = new Ended<T>(body(group.Member(rank)), null);
            }
            catch (Exception e)
            {
                ended[rank] = new Ended<T>(default, e);
                group.Break();
            }
        }) { IsBackground = true })];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads)
        {
            if (!thread.Join(TimeSpan.FromSeconds(120))) throw new TimeoutException("a rank hangs");
        }

        return ended;
    }

    /// <summary>As <see cref="Run"/>, for bodies that must not fail.</summary>
    public static T[] Returned<T>(int ranks, Func<ICheckpointGroup, T> body) =>
        [.. Run(ranks, body).Select(static e => e.Failure is null ? e.Value! : throw new AggregateException(e.Failure))];

    internal readonly record struct Ended<T>(T? Value, Exception? Failure);
}
