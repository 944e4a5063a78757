using System;
using System.Collections.Generic;
using System.Linq;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests;

/// <summary>
/// A fault at every operation of a commit, enumerated and not sampled. What is demanded each time: the job comes back at the
/// last step that any rank was told is committed, or later; every value is right; and it can go on.
/// </summary>
internal sealed class CommitUnderFaultsTests
{
    [Test]
    public void A_fault_of_any_kind_at_any_operation_of_a_commit_loses_nothing(
        [Values] bool isShared,
        [Values(
            Fault.KillBefore, Fault.KillAfter, Fault.KillInTheMiddle, Fault.NoSpace, Fault.DeviceError,
            Fault.DoneButReportedAsFailed, Fault.DeviceErrorFromHereOn)] Fault fault)
    {
        int[] operations = Scenario.OperationsOfOneSave(isShared);
        Assert.That(operations, Has.All.GreaterThan(5), "the save must be worth enumerating");

        var wrong = new List<string>();
        for (int rank = 0; rank < Scenario.Ranks; rank++)
        {
            for (int operation = 0; operation < operations[rank]; operation++)
            {
                var scenario = new Scenario(isShared);
                Job.Ended<SaveResult[]>[] ended = scenario.RunInto(
                    rank == 0 ? (operation, fault) : (-1, Fault.None), rank == 1 ? (operation, fault) : (-1, Fault.None));
                string where = $"{fault} of rank {rank} at operation {operation} ({scenario.Plans[rank].Operations[operation]})";

                bool isDeath = fault is Fault.KillBefore or Fault.KillAfter or Fault.KillInTheMiddle;
                if (isDeath && ended[rank].Failure is not KilledException) wrong.Add($"{where}: the rank was not killed");
                if (!isDeath) wrong.AddRange(RanksDisagree(ended).Select(w => $"{where}: {w}"));
                foreach (Crash crash in Enum.GetValues<Crash>())
                {
                    if (scenario.WhatIsWrongAfter(crash) is { } w) wrong.Add($"{where}, then {crash}: {w}");
                }
            }
        }

        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public void A_kill_between_any_two_operations_of_the_ranks_loses_nothing([Values] bool isShared)
    {
        // Between two collective calls the ranks do not see each other, so the pair of operations that each was to do next is
        // all there is to an interleaving.
        int[] operations = Scenario.OperationsOfOneSave(isShared);
        var wrong = new List<string>();
        for (int first = 0; first <= operations[0]; first++)
        {
            for (int second = 0; second <= operations[1]; second++)
            {
                var scenario = new Scenario(isShared);
                scenario.RunInto((first, Fault.KillBefore), (second, Fault.KillBefore));
                foreach (Crash crash in Enum.GetValues<Crash>())
                {
                    if (scenario.WhatIsWrongAfter(crash) is { } w) wrong.Add($"kill at {first}/{second}, then {crash}: {w}");
                }
            }
        }

        Assert.That(wrong, Is.Empty);
    }

    /// <summary>A full or failing disk is a result, the same for all; and once the disk is well again the next save commits.</summary>
    private static IEnumerable<string> RanksDisagree(Job.Ended<SaveResult[]>[] ended)
    {
        foreach (Job.Ended<SaveResult[]> e in ended)
        {
            if (e.Failure is not null) yield return e.Failure.ToString();
        }

        if (ended.Any(static e => e.Failure is not null)) yield break;
        SaveResult[] mine = ended[0].Value!;
        SaveResult[] yours = ended[1].Value!;
        if (!mine.Select(static r => r.Outcome).SequenceEqual(yours.Select(static r => r.Outcome))) yield return "ranks were told different outcomes";
        if (mine.Zip(yours).Any(static p => !p.First.Problems.SequenceEqual(p.Second.Problems))) yield return "ranks were told different problems";
        if (mine.Any(static r => !r.IsCommitted && r.Problems.Count == 0)) yield return "a failure without a reason";
    }
}
