using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Simulation.Network;
using HpcVirt.Simulation.Programs;

namespace HpcVirt.Simulation.Runs;

/// <summary>Makes a small job of everything at random, from a seed.</summary>
internal static class Scenario
{
    private const int RanksMax = 12;
    private const long StepNsLeast = 1_000_000;
    private const int RequestsMax = 4;

    public static JobSetup Of(long seed)
    {
        var random = new SeededRandom((ulong)seed);
        int ranks = random.OneIn(4) ? random.Between(1, RanksMax) : random.Between(2, 6);
        long stepNs = StepNsLeast * random.Between(1, 15);
        Disturbance disturbance = random.Below(10) switch
        {
            0 => Disturbance.Late,
            1 => Disturbance.Objection,
            2 => Disturbance.ShortDeadline,
            3 => Disturbance.Kill,
            4 => Disturbance.SplitCollectives,
            _ => Disturbance.None,
        };
        long deadlineNs = disturbance switch
        {
            Disturbance.None => 1_000_000_000_000,
            Disturbance.ShortDeadline => 1 + (long)(stepNs * 2 * random.Fraction()),
            _ => stepNs * random.Between(5, 40),
        };
        (IProgram program, long durationNs) = ProgramOf(ref random, ranks, stepNs, disturbance, deadlineNs);
        if (!program.IsNumbered)
            deadlineNs = Math.Min(deadlineNs, stepNs * random.Between(5, 60));
        return new JobSetup
        {
            Program = program,
            Seed = random.Next(),
            Network = NetworkOf(ref random),
            DeadlineNs = deadlineNs,
            PatienceNs = 1 + (long)(stepNs * random.Fraction()),
            AttemptsMax = random.Between(1, 4),
            ActionNs = 1 + random.Below((int)stepNs),
            Requests = RequestsOf(ref random, ranks, durationNs),
            Objections = ObjectionsOf(ref random, ranks, disturbance),
            Kill = disturbance == Disturbance.Kill ? new TimedRank((long)(durationNs * KillAt(random.Fraction())), random.Below(ranks)) : null,
            IsCalm = disturbance == Disturbance.None && program.IsNumbered,
        };
    }

    /// <summary>Mostly late, so that there is a cut to go back to; in part behind the end.</summary>
    private static double KillAt(double fraction) => 0.3 + (0.8 * fraction);

    private static (IProgram Program, long DurationNs) ProgramOf(ref SeededRandom random, int ranks, long stepNs, Disturbance disturbance, long deadlineNs)
    {
        int steps = random.Between(4, 16);
        bool isOther = disturbance is not (Disturbance.Late or Disturbance.SplitCollectives);
        switch (isOther ? random.Below(10) : 9)
        {
            case 0:
                return (new NeighbourProgram(ranks, random.Between(1, 3), steps, stepNs), steps * stepNs * 2);
            case 1:
                return (new ShiftProgram(ranks, steps, stepNs, random.Next()), steps * stepNs * 2);
            case 2 or 3 when ranks > 1:
                int tasks = random.Between(1, 40);
                return (new FarmProgram(ranks, tasks, stepNs, random.OneIn(2) ? 65_536 : 128), (tasks * stepNs / (ranks - 1)) + stepNs);
            default:
                var options = new RandomProgramOptions
                {
                    Ranks = ranks,
                    Steps = steps,
                    EventsPerStep = random.Between(1, 12),
                    IsNumbered = disturbance is Disturbance.Late or Disturbance.SplitCollectives || random.Below(3) > 0,
                    StepNs = stepNs,
                    LateStep = disturbance == Disturbance.Late ? random.Between(1, steps - 1) : -1,
                    LateNs = (long)(deadlineNs * (1 + (4 * random.Fraction()))),
                    HasSplitCollectives = disturbance == Disturbance.SplitCollectives,
                };
                return (RandomProgramWriter.Write(options, random), steps * stepNs * 2);
        }
    }

    /// <summary>From a thousandth of a step's time to longer than a step.</summary>
    private static NetworkOptions NetworkOf(ref SeededRandom random) => new()
    {
        LatencyNs = (long)(1_000 * Math.Pow(5_000, random.Fraction())),
        Jitter = random.OneIn(4) ? 0 : 6 * random.Fraction(),
        StragglersOneIn = random.OneIn(3) ? random.Between(10, 100) : 0,
        Bandwidth = random.Between(100, 20_000),
        PollNs = random.OneIn(2) ? 1_000 : 100_000,
    };

    private static TimedRank[] RequestsOf(ref SeededRandom random, int ranks, long durationNs)
    {
        var requests = new TimedRank[random.Between(1, RequestsMax)];
        for (int request = 0; request < requests.Length; request++)
            requests[request] = new TimedRank((long)(durationNs * random.Fraction()), random.Below(ranks));
        return requests;
    }

    private static HashSet<(int, int)> ObjectionsOf(ref SeededRandom random, int ranks, Disturbance disturbance)
    {
        var objections = new HashSet<(int, int)>();
        if (disturbance != Disturbance.Objection)
            return objections;
        foreach (int attempt in Enumerable.Range(1, random.Between(1, 4)))
        {
            for (int objecting = random.Between(1, 2); objecting > 0; objecting--)
                objections.Add((random.Below(ranks), attempt));
        }

        return objections;
    }

    private enum Disturbance
    {
        None,
        Late,
        Objection,
        ShortDeadline,
        Kill,
        SplitCollectives,
    }
}
