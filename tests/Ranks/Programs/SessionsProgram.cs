using System;
using MPI;

namespace HpcVirt.Ranks.Programs;

/// <summary>Opens session after session in the same processes, and exchanges messages in each. Each round adds to what came in the rounds before.</summary>
internal static class SessionsProgram
{
    public const string Name = "sessions";

    private readonly record struct Pair(int Low, int High);

    /// <param name="rounds">How many sessions.</param>
    /// <param name="sendsStructures">Whether an array of structures is sent in each.</param>
    public static int Run(int rounds, bool sendsStructures)
    {
        if (!Session.IsSupported)
        {
            Console.WriteLine("missing capability: sessions");
            return 0;
        }

        long carried = 0;
        string words = "";
        for (int round = 1; round <= rounds; round++)
        {
            using var session = new Session();
            if (round == 1) Console.WriteLine($"sets: {string.Join(' ', session.ProcessSets)}");
            using Intracommunicator all = session.CreateCommunicator(Session.WorldSet, $"round {round}");
            using Intracommunicator alone = session.CreateCommunicator(Session.SelfSet);
            int right = (all.Rank + 1) % all.Size, left = (all.Rank + all.Size - 1) % all.Size;
            long[] came = new long[1];
            all.Sendrecv<long>([carried + all.Rank + round], right, 1, came, left, 1);
            carried = all.Allreduce(came[0], Operation<long>.Add) + alone.Size - 1;
            words = all.Rank == 0 ? words + round : "";
            all.Broadcast(ref words, 0);
            if (sendsStructures)
            {
                var got = new Pair[1];
                alone.Sendrecv<Pair>([new Pair(round, 2)], 0, 1, got, 0, 1);
                if (got[0] != new Pair(round, 2)) throw new InvalidOperationException($"{got[0]} came");
            }

            Console.WriteLine($"round {round}: rank {all.Rank} of {all.Size} has {carried} and {words}");
        }

        return 0;
    }
}
