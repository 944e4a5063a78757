using System;
using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Predictor.Planning;

/// <summary>
/// A job, event by event: it works, checkpoints, fails at exponential times, restarts, and moves away from predicted failures. Nothing of the formulas is in it, but for the
/// assumption that a prediction comes early enough. It is what the formulas are held against.
/// </summary>
internal static class JobSimulation
{
    /// <summary>The wasted share of many jobs: their mean and its standard error.</summary>
    public static (double Waste, double StandardError) Run(double intervalS, PlanOptions options, double recall, double precision)
    {
        var random = new Random(options.Seed);
        var wastes = new List<double>();
        double workS = options.SimulatedWork * options.Mtbf.TotalSeconds;
        for (int i = 0; i < options.Simulations; i++) wastes.Add(1 - (workS / Once(workS, intervalS, options, recall, precision, random)));
        double mean = wastes.Average();
        double variance = wastes.Sum(w => (w - mean) * (w - mean)) / (wastes.Count - 1);
        return (mean, Math.Sqrt(variance / wastes.Count));
    }

    /// <summary>The time one job takes.</summary>
    private static double Once(double workS, double intervalS, PlanOptions options, double recall, double precision, Random random)
    {
        double mtbf = options.Mtbf.TotalSeconds, checkpoint = options.Checkpoint.TotalSeconds, migration = options.Migration.TotalSeconds;
        double now = 0, saved = 0, done = 0, sinceCheckpoint = 0;
        bool predicts = recall > 0;
        double falseRate = predicts && precision < 1 ? recall * (1 - precision) / precision / mtbf : 0;
        double nextFailure = Exponential(random, mtbf), nextFalse = falseRate > 0 ? Exponential(random, 1 / falseRate) : double.PositiveInfinity;
        while (true)
        {
            // Up to the next checkpoint, the job's end, or what comes between.
            double workLeft = Math.Min(intervalS - sinceCheckpoint, workS - done);
            bool ends = done + workLeft >= workS;
            double stretchEnd = now + workLeft + (ends ? 0 : checkpoint);
            double happens = Math.Min(nextFailure, nextFalse);
            if (stretchEnd <= happens)
            {
                now = stretchEnd;
                done += workLeft;
                if (ends) return now;
                saved = done;
                sinceCheckpoint = 0;
                continue;
            }

            double worked = Math.Min(workLeft, happens - now);
            now = happens;
            done += worked;
            sinceCheckpoint += worked;
            if (nextFalse < nextFailure)
            {
                now += migration;
                nextFalse = now + Exponential(random, 1 / falseRate);
                nextFailure = Math.Max(nextFailure, now);
                continue;
            }

            if (random.NextDouble() < recall)
            {
                now += migration;
            }
            else
            {
                // Work since the last checkpoint is lost; failures may come while the job comes back, and then it begins again.
                done = saved;
                sinceCheckpoint = 0;
                double back = now + options.Downtime.TotalSeconds + options.Restart.TotalSeconds, again = now + Exponential(random, mtbf);
                while (again < back)
                {
                    back = again + options.Downtime.TotalSeconds + options.Restart.TotalSeconds;
                    again += Exponential(random, mtbf);
                }

                now = back;
            }

            nextFailure = now + Exponential(random, mtbf);
            nextFalse = Math.Max(nextFalse, now);
        }
    }

    private static double Exponential(Random random, double mean) => -mean * Math.Log(1 - random.NextDouble());
}
