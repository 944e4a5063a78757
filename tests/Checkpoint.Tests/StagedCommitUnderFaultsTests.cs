using System;
using System.Collections.Generic;
using System.Linq;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests;

/// <summary>
/// A fault at every operation of a checkpoint through memory, enumerated and not sampled. What is demanded each time: the job comes back at the last
/// step that any rank was told is committed, or later; every value is right; and it can go on.
/// </summary>
internal sealed class StagedCommitUnderFaultsTests
{
    [TestCase(RedundancyScheme.Xor, Fault.KillBefore)]
    [TestCase(RedundancyScheme.Xor, Fault.KillInTheMiddle)]
    [TestCase(RedundancyScheme.Xor, Fault.DeviceError)]
    [TestCase(RedundancyScheme.Xor, Fault.DoneButReportedAsFailed)]
    [TestCase(RedundancyScheme.None, Fault.KillBefore)]
    [TestCase(RedundancyScheme.None, Fault.DeviceErrorFromHereOn)]
    [TestCase(RedundancyScheme.None, Fault.KillAfter, Category = "Slow")]
    [TestCase(RedundancyScheme.None, Fault.KillInTheMiddle, Category = "Slow")]
    [TestCase(RedundancyScheme.None, Fault.NoSpace, Category = "Slow")]
    [TestCase(RedundancyScheme.None, Fault.DeviceError, Category = "Slow")]
    [TestCase(RedundancyScheme.None, Fault.DoneButReportedAsFailed, Category = "Slow")]
    [TestCase(RedundancyScheme.Xor, Fault.KillAfter, Category = "Slow")]
    [TestCase(RedundancyScheme.Xor, Fault.NoSpace, Category = "Slow")]
    [TestCase(RedundancyScheme.Xor, Fault.DeviceErrorFromHereOn, Category = "Slow")]
    public void A_fault_of_any_kind_at_any_operation_in_memory_loses_nothing_that_was_committed_there(RedundancyScheme scheme, Fault fault) =>
        Enumerate(scheme, fault, static scenario => [scenario.WhatIsWrongAfterTheProcessesDied()]);

    [Test]
    [Category("Slow")]
    public void Nor_is_anything_lost_on_the_shared_disk_when_all_hosts_lose_power_then(
        [Values(RedundancyScheme.None, RedundancyScheme.Xor)] RedundancyScheme scheme,
        [Values] Crash crash,
        [Values(
            Fault.KillBefore, Fault.KillAfter, Fault.KillInTheMiddle, Fault.NoSpace, Fault.DeviceError,
            Fault.DoneButReportedAsFailed, Fault.DeviceErrorFromHereOn)] Fault fault) =>
        Enumerate(scheme, fault, scenario => [scenario.WhatIsWrongAfterPowerWasLost(crash)]);

    [Test]
    public void A_kill_at_any_operation_and_the_loss_of_that_host_with_it_loses_nothing_under_redundancy() =>
        Enumerate(RedundancyScheme.Xor, Fault.KillInTheMiddle, static scenario => [scenario.WhatIsWrongAfterTheHostDied()]);

    private static void Enumerate(RedundancyScheme scheme, Fault fault, Func<StagedScenario, string?[]> judge)
    {
        string[][] operations = StagedScenario.OperationsOfOneSave(scheme);
        Assert.That(operations.Select(static o => o.Length), Has.All.GreaterThan(10), "the checkpoint must be worth enumerating");
        var wrong = new List<string>();
        for (int rank = 0; rank < StagedScenario.Ranks; rank++)
        {
            for (int operation = 0; operation < operations[rank].Length; operation++)
            {
                using var scenario = new StagedScenario(scheme);
                Job.Ended<SaveOutcome[]>[] ended = scenario.RunInto(rank, operation, fault);
                string where = $"{fault} of rank {rank} at operation {operation} ({operations[rank][operation]})";
                bool isDeath = fault is Fault.KillBefore or Fault.KillAfter or Fault.KillInTheMiddle;
                if (isDeath && !IsKill(ended[rank].Failure)) wrong.Add($"{where}: the rank was not killed but ended with {ended[rank].Failure?.Message ?? "nothing"}");
                if (!isDeath) wrong.AddRange(Disagreement(ended).Select(w => $"{where}: {w}"));
                wrong.AddRange(judge(scenario).OfType<string>().Select(w => $"{where}: {w}"));
            }
        }

        Assert.That(wrong, Is.Empty);
    }

    /// <summary>A fault of a disk is a result, the same for all.</summary>
    private static IEnumerable<string> Disagreement(Job.Ended<SaveOutcome[]>[] ended)
    {
        foreach (Job.Ended<SaveOutcome[]> e in ended.Where(static e => e.Failure is not null)) yield return e.Failure!.ToString();
        if (ended.All(static e => e.Failure is null) && !ended[0].Value!.SequenceEqual(ended[1].Value!)) yield return "ranks were told different outcomes";
    }

    private static bool IsKill(Exception? failure) => failure is KilledException || (failure is not null && IsKill(failure.InnerException));
}
