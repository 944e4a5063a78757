using System;
using HpcVirt.Mpi.Resilience.Quiesce;
using HpcVirt.Mpi.Resilience.Quiesce.Protocol;
using HpcVirt.Ranks.Harness;
using MPI;
using MPI.Traffic;

namespace HpcVirt.Ranks.Cases;

/// <summary>Lets a case fall silent. Earlier cases of the same job may have sent before the ledger was on; all have received what they sent.</summary>
internal sealed class Silence : IDisposable
{
    private readonly QuiesceDriver _driver;
    private readonly bool _isFirst;
    private string _reasons = "";

    public Silence(Intracommunicator world, TimeSpan? deadline = null)
    {
        TrafficLedger.SwitchOn();
        _isFirst = world.Rank == 0;
        _driver = new QuiesceDriver(world, new QuiesceOptions(deadline ?? TimeSpan.FromSeconds(20), 1 << 28, TimeSpan.FromSeconds(40)), TimeProvider.System);
        _driver.Explained += reasons => _reasons = reasons;
    }

    public QuiesceDriver Driver => _driver;

    /// <summary>Falls silent and demands that it worked.</summary>
    /// <returns>What the proof said.</returns>
    public QuiesceVerdict Reach()
    {
        QuiesceVerdict verdict = default;
        QuiesceOutcome outcome = _driver.Fall(said => verdict = said);

        // Rank 0 knows the reason, and is to say it before a failure anywhere ends the job.
        if (outcome != QuiesceOutcome.Done)
        {
            _driver.AwaitOutstanding();
            System.Threading.Thread.Sleep(_isFirst ? 0 : 1000);
        }

        Expect.Equal(QuiesceOutcome.Done, outcome, $"the quiesce ({_reasons}; {_driver.Verdict})");
        return verdict;
    }

    /// <summary>Tries to fall silent and demands that it was refused; gives rank 0's reasons, and nothing elsewhere.</summary>
    public string Refused()
    {
        Expect.Equal(QuiesceOutcome.NotSilent, _driver.Fall(static _ => throw new ExpectationException("acted without silence")), "the quiesce");
        _driver.AwaitOutstanding();
        string reasons = _reasons;
        _reasons = "";
        return reasons;
    }

    /// <summary>As <see cref="Refused"/>, and demands that rank 0 was told.</summary>
    public void RefusedFor(Intracommunicator world, params string[] words) => Demand(world, Refused(), words);

    /// <summary>Demands that rank 0 is told why the quiesce before failed.</summary>
    public void RefusedReason(Intracommunicator world, params string[] words)
    {
        _driver.AwaitOutstanding();
        Demand(world, _reasons, words);
    }

    private static void Demand(Intracommunicator world, string reasons, string[] words)
    {
        if (world.Rank != 0)
            return;
        foreach (string word in words)
            Expect.True(reasons.Contains(word, StringComparison.Ordinal), $"'{word}' in '{reasons}'");
    }

    public void Dispose() => _driver.Dispose();
}
