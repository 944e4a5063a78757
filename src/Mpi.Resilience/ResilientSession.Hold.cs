using System;
using HpcVirt.Mpi.Resilience.Quiesce;

namespace HpcVirt.Mpi.Resilience;

/// <summary>The job is held: silent at a safe point until somebody outside has done what needs a silent job, such as moving a virtual machine.</summary>
public sealed partial class ResilientSession
{
    private static readonly TimeSpan LinkDeadline = TimeSpan.FromSeconds(30);

    private bool _isHolding;

    /// <summary>Holds the job here; all ranks come to the same safe point.</summary>
    /// <returns>Whether a rank has moved meanwhile, and the ranks have new links.</returns>
    private bool HoldHere()
    {
        _isHolding = true;
        QuiesceOutcome outcome = _quiesce.Fall(_ => _hold.Stay(_collectives, IsReadyToMove));
        if (outcome == QuiesceOutcome.Done && _hold.Move is { } order)
        {
            _isHolding = false;
            MoveHere(order);
            return true;
        }

        GoOn(outcome);
        return false;
    }

    /// <summary>After a hold: proves that the links work still, and tells who held the job.</summary>
    private void GoOn(QuiesceOutcome outcome)
    {
        _isHolding = false;
        if (outcome != QuiesceOutcome.Done)
        {
            _hold.End(_whyNotSilent ?? "the job did not fall silent");
            _whyNotSilent = null;
            return;
        }

        if (_hold.IsForMove)
        {
            _hold.End();
            _agreement.RestartClock();
            return;
        }

        int[] peers = LinkRound.Peers(World.Rank);
        long start = Options.Time.GetTimestamp();
        if (LinkRound.Prove(_collectives.Handle, peers, LinkDeadline, Options.Time) is { Count: > 0 } dead)
        {
            throw new ResilienceException(
                $"Rank {World.Rank} was held, and rank(s) {string.Join(", ", dead)} did not answer within {LinkDeadline.TotalSeconds:0} s afterwards: the links did not survive. The job ends here; started again it continues from the newest checkpoint.");
        }

        _voice.Say(FormattableString.Invariant($"was held for {_hold.HeldFor.TotalSeconds:0.00} s; links to {peers.Length} rank(s) work, proved in {Options.Time.GetElapsedTime(start).TotalMilliseconds:0.0} ms"));
        _hold.End();
        _agreement.RestartClock();
        _halt?.RestartClock();
    }
}
