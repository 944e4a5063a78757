using System;
using System.Threading;

namespace MPI;

/// <summary>
/// What a rank says before it ends the job. A launcher that kills the job's processes may drop what stands unread in their pipes (MPICH's hydra
/// does), and the reason of the abort with it: so the rank gives the launcher a moment to read.
/// </summary>
internal static class LastWords
{
    private static readonly TimeSpan ReadingTime = TimeSpan.FromMilliseconds(200);

    public static void Say(string words)
    {
        Console.Error.WriteLine(words);
        Console.Error.Flush();
        using var never = new ManualResetEventSlim(initialState: false);
        never.Wait(ReadingTime);
    }
}
