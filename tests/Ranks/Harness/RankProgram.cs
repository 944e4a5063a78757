using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using MPI;

namespace HpcVirt.Ranks.Harness;

/// <summary>
/// Runs the named cases one after another on all ranks. A failed case ends the job at once, because other ranks may be waiting for the one that
/// failed; the launcher starts another job for the cases that are left.
/// </summary>
internal static class RankProgram
{
    public static int Run(string[] args)
    {
        if (args.Length != 3 || !int.TryParse(args[2], out int secondsPerCase))
        {
            Console.Error.WriteLine("usage: ranks CASES-FILE RESULTS-FOLDER SECONDS-PER-CASE (under mpirun or mpiexec)");
            return 2;
        }

        Dictionary<string, RankCase> cases = RankCases.All.ToDictionary(rankCase => rankCase.Name);
        using var environment = new MPI.Environment(ref args);
        Intracommunicator world = Communicator.world;
        using var results = new StreamWriter(CaseResult.FileOf(args[1], world.Rank), append: true);
        using var watchdog = new Watchdog(results);
        foreach (string name in File.ReadAllLines(args[0]))
        {
            new CaseResult(name, CaseOutcome.Started, null).AppendTo(results);
            watchdog.Start(name, TimeSpan.FromSeconds(secondsPerCase));
            CaseResult result = RunOne(cases[name], world);
            watchdog.Stop();
            result.AppendTo(results);
            if (result.Outcome == CaseOutcome.Failed)
                world.Abort(1);
            world.Barrier();
        }

        return 0;
    }

    private static CaseResult RunOne(RankCase rankCase, Intracommunicator world)
    {
        try
        {
            rankCase.Body(world);
            return new CaseResult(rankCase.Name, CaseOutcome.Passed, null);
        }
        catch (CapabilityAbsentException absent)
        {
            return new CaseResult(rankCase.Name, CaseOutcome.CapabilityAbsent, absent.Message);
        }
        catch (Exception failure)
        {
            // Whatever it is, it is this case's failure, and the launcher wants to see it.
            return new CaseResult(rankCase.Name, CaseOutcome.Failed, failure.ToString());
        }
    }
}
